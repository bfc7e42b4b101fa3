import { times } from '@fairlead/manifest/times';
import { Problem } from '@fairlead/problem';
import pg from 'pg';
import { isConnectionUsable, translateError } from './errors.ts';
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
  /** Told of connections that break while nobody waits for them. */
  onConnectionError: (error: Error) => void;
}

/** The pool of connections of one process. Dispose of it to close them. */
export class Database implements Queryable, AsyncDisposable {
  readonly #pool: pg.Pool;

  constructor(config: DatabaseConfig, { onConnectionError }: DatabaseOptions) {
    this.#pool = new pg.Pool({
      ...toClientConfig(config),
      max: config.databaseConnections,
      maxLifetimeSeconds: times.database.connectionAgeSeconds,
      idleTimeoutMillis: 30_000,
    });
    // Without a listener on the pool, and on each client while it is checked out, a lost connection ends the process:
    // https://github.com/brianc/node-postgres/issues/2386, https://github.com/brianc/node-postgres/issues/3202
    this.#pool.on('error', onConnectionError);
    this.#pool.on('connect', (client) => client.on('error', onConnectionError));
  }

  async query<Parameters extends readonly ColumnType[], Declared extends Columns>(
    statement: Statement<Parameters, Declared>,
    values: Values<Parameters>,
  ): Promise<Row<Declared>[]> {
    return this.#withClient((client) => runStatement(client, statement, values));
  }

  /** Commits what `work` does, or nothing of it where it throws. */
  async transaction<Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result> {
    return this.#withClient(async (client) => {
      await client.query('BEGIN');
      try {
        const result = await work({ query: (statement, values) => runStatement(client, statement, values) });
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
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw translateError(error);
    });
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
}

/** How one connection is made: every wait bounded, and TLS verified against the host name where it is on. */
export function toClientConfig(config: DatabaseConfig): pg.ClientConfig {
  const { connectTimeoutMs, statementTimeoutMs, queryTimeoutMs, lockTimeoutMs, idleInTransactionTimeoutMs } =
    times.database;
  return {
    host: config.databaseHost,
    port: config.databasePort,
    database: config.databaseName,
    user: config.databaseUsername,
    password: config.databasePassword.reveal(),
    ssl: config.databaseSsl,
    keepAlive: true,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    query_timeout: queryTimeoutMs,
    lock_timeout: lockTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
  };
}

async function runStatement<Parameters extends readonly ColumnType[], Declared extends Columns>(
  client: pg.PoolClient,
  { name, text }: Statement<Parameters, Declared>,
  values: Values<Parameters>,
): Promise<Row<Declared>[]> {
  const result = await client.query<Row<Declared>>({ name, text, values: [...(values as unknown[])] });
  return result.rows;
}
