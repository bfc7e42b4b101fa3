import pg from 'pg';
import { UserError } from '../errors.ts';

/** Where a server is and who may do everything there. */
export interface Superuser {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
}

/** A Postgres server that plays RDS. Dispose of it to stop it. */
export interface PostgresServer extends AsyncDisposable {
  superuser: Superuser;
}

const URL_FAULT = 'FAIRLEAD_POSTGRES_URL must look like postgres://user:password@host:5432/postgres';

/** Reads the URL of a server that somebody else runs. @throws {UserError} where it does not name one */
export function findExternalPostgres(text: string | undefined): Superuser | undefined {
  if (text === undefined || text === '') return undefined;
  const url = URL.parse(text);
  if (!url || !/^postgres(ql)?:$/.test(url.protocol) || url.hostname === '') throw new UserError(URL_FAULT);
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || 5432),
    user: decode(url.username),
    password: decode(url.password),
    database: decode(url.pathname.slice(1)) || 'postgres',
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new UserError(URL_FAULT);
  }
}

/** Creates, or gives a new password to, the role that RDS makes for the master user: not a superuser, as on RDS. */
export async function createMasterUser(superuser: Superuser, name: string, password: string): Promise<void> {
  const client = new pg.Client(superuser);
  await client.connect().catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message || cause.name : String(cause);
    throw new UserError(`Postgres at ${superuser.host}:${superuser.port} cannot be used: ${reason}`, { cause });
  });
  try {
    const role = pg.escapeIdentifier(name);
    const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE ROLE ${role} LOGIN CREATEROLE CREATEDB`);
    await client.query(`ALTER ROLE ${role} PASSWORD ${pg.escapeLiteral(password)}`);
  } finally {
    await client.end();
  }
}
