import pg from 'pg';

export interface Server {
  host: string;
  port: number;
}

interface SignIn {
  user: string;
  password: string;
  database: string;
}

export interface Connection extends AsyncDisposable {
  client: pg.Client;
  /** Whether it runs over TLS. */
  encrypted: boolean;
}

const TIMEOUT_MS = 10_000;

/** SQLSTATEs of class 28, invalid authorization. */
const REFUSED = ['28000', '28P01'];

/**
 * Connects over TLS, with the server's certificate verified, or in clear where the server speaks no TLS, as AWS's own
 * rotation functions do. A server with `rds.force_ssl` refuses the latter.
 */
export async function connect(server: Server, signIn: SignIn): Promise<Connection> {
  try {
    return await open({ ...server, ...signIn, ssl: { rejectUnauthorized: true } });
  } catch (error) {
    if (!isWithoutTls(error)) throw error;
    return open({ ...server, ...signIn, ssl: false });
  }
}

/** Whether the server accepts a role's password. */
export async function canSignIn(server: Server, signIn: SignIn): Promise<boolean> {
  try {
    await using _connection = await connect(server, signIn);
    return true;
  } catch (error) {
    if (error instanceof pg.DatabaseError && REFUSED.includes(error.code ?? '')) return false;
    throw error;
  }
}

async function open(config: pg.ClientConfig): Promise<Connection> {
  const client = new pg.Client({ ...config, connectionTimeoutMillis: TIMEOUT_MS, query_timeout: TIMEOUT_MS });
  // A connection lost between two statements would end the process; the next statement reports it.
  client.on('error', () => undefined);
  await client.connect();
  return { client, encrypted: config.ssl !== false, [Symbol.asyncDispose]: () => client.end() };
}

function isWithoutTls(error: unknown): boolean {
  return error instanceof Error && error.message === 'The server does not support SSL connections';
}
