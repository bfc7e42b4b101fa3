import { times } from '@fairlead/manifest/times';
import { Problem } from '@fairlead/problem';
import type { Tracer } from '@fairlead/tracing';
import pg from 'pg';
import { AcceptedLogin } from './accepted-login.ts';
import { toClientConfig } from './connection.ts';
import type { RotatingCredentials } from './credentials.ts';
import { isConnectionUsable, isLoginRefused, translateError, unavailable } from './errors.ts';
import type { DatabaseConfig } from './settings.ts';
import type { ColumnType, Columns, Row, Statement, Values } from './statement.ts';

/** Runs statements: a {@link Database}, or one transaction of it. */
export interface Queryable {
  /** @throws {Problem} `database/unavailable` where Postgres cannot be reached or does not answer in time */
  query<Parameters extends readonly ColumnType[], Declared extends Columns>(
    statement: Statement<Parameters, Declared>,
    values: Values<Parameters>,
  ): Promise<Row<Declared>[]>;
}

export interface DatabaseOptions {
  credentials: RotatingCredentials;
  /** Given one, every statement is a span of its trace. */
  tracer?: Tracer;
  /** Told of connections that break while nobody waits for them. */
  onConnectionError: (error: Error) => void;
  /** @default the age in the table of times */
  connectionAgeSeconds?: number;
}

/** The pool of connections of one process. Dispose of it to close them. */
export class Database implements Queryable, AsyncDisposable {
  readonly #pool: pg.Pool;
  readonly #login: AcceptedLogin;
  readonly #name: string;
  readonly #tracer: Tracer | undefined;

  constructor(config: DatabaseConfig, options: DatabaseOptions) {
    this.#pool = createPool(config, options);
    this.#login = new AcceptedLogin(this.#pool.options, options.credentials);
    // As X-Ray names databases: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html#api-segmentdocuments-sql
    this.#name = `${config.databaseName}@${config.databaseHost}`;
    this.#tracer = options.tracer;
  }

  async query<Parameters extends readonly ColumnType[], Declared extends Columns>(
    statement: Statement<Parameters, Declared>,
    values: Values<Parameters>,
  ): Promise<Row<Declared>[]> {
    return this.#withClient((client) => this.#run(client, statement, values));
  }

  /** Commits what `work` does, or nothing of it where it throws. */
  async transaction<Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result> {
    return this.#withClient(async (client) => {
      await client.query('BEGIN');
      try {
        const result = await work({ query: (statement, values) => this.#run(client, statement, values) });
        await client.query('COMMIT');
        return result;
      } catch (error) {
        // Where this fails too, the connection is broken and Postgres rolls back by itself.
        await client.query('ROLLBACK');
        throw error;
      }
    });
  }

  /** Resolves where Postgres answers. */
  async check(): Promise<void> {
    await this.#withClient((client) => client.query('SELECT 1'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end();
  }

  /** `pool.query` would close the connection after any error, a violated constraint too. */
  async #withClient<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
    const client = await this.#connect();
    let broken = false;
    try {
      return await work(client);
    } catch (error) {
      broken = error instanceof Error && !(error instanceof Problem) && !isConnectionUsable(error);
      throw translateError(error);
    } finally {
      client.release(broken);
    }
  }

  async #connect(): Promise<pg.PoolClient> {
    try {
      await this.#login.follow();
    } catch (cause) {
      throw unavailable(cause);
    }
    try {
      return await this.#pool.connect();
    } catch (error) {
      if (!isLoginRefused(error)) throw translateError(error);
      return this.#connectAgain(error);
    }
  }

  async #connectAgain(refusal: unknown): Promise<pg.PoolClient> {
    try {
      await this.#login.renew(refusal);
      return await this.#pool.connect();
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  #run<Parameters extends readonly ColumnType[], Declared extends Columns>(
    client: pg.PoolClient,
    statement: Statement<Parameters, Declared>,
    values: Values<Parameters>,
  ): Promise<Row<Declared>[]> {
    if (!this.#tracer) return runStatement(client, statement, values);
    const attributes = { 'db.system': 'postgresql', 'db.statement.name': statement.name };
    return this.#tracer.span({ name: this.#name, kind: 'client', attributes }, () =>
      runStatement(client, statement, values),
    );
  }
}

function createPool(config: DatabaseConfig, { onConnectionError, connectionAgeSeconds }: DatabaseOptions): pg.Pool {
  const pool = new pg.Pool({
    ...toClientConfig(config),
    max: config.databaseConnections,
    maxLifetimeSeconds: connectionAgeSeconds ?? times.database.connectionAgeSeconds,
    idleTimeoutMillis: 30_000,
  });
  // Without a listener on the pool, and on each client while it is checked out, a lost connection ends the process:
  // https://github.com/brianc/node-postgres/issues/2386, https://github.com/brianc/node-postgres/issues/3202
  pool.on('error', onConnectionError);
  pool.on('connect', (client) => client.on('error', onConnectionError));
  return pool;
}

async function runStatement<Parameters extends readonly ColumnType[], Declared extends Columns>(
  client: pg.PoolClient,
  { name, text }: Statement<Parameters, Declared>,
  values: Values<Parameters>,
): Promise<Row<Declared>[]> {
  const result = await client.query<Row<Declared>>({ name, text, values: [...(values as unknown[])] });
  return result.rows;
}
