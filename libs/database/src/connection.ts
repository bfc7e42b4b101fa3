import { times } from '@fairlead/manifest/times';
import pg from 'pg';
import type { CredentialsVersion } from './credentials.ts';
import type { DatabaseConfig } from './settings.ts';

/** How one connection is made: every wait bounded. Who logs in, and whether over TLS, comes from {@link toLogin}. */
export function toClientConfig(config: DatabaseConfig): pg.ClientConfig {
  const { connectTimeoutMs, statementTimeoutMs, queryTimeoutMs, lockTimeoutMs, idleInTransactionTimeoutMs } =
    times.database;
  return {
    host: config.databaseHost,
    port: config.databasePort,
    database: config.databaseName,
    keepAlive: true,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    query_timeout: queryTimeoutMs,
    lock_timeout: lockTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
  };
}

/** `ssl: true` verifies the certificate against the host name. */
export function toLogin({ value }: CredentialsVersion): Pick<pg.ClientConfig, 'user' | 'password' | 'ssl'> {
  const { username, password, ssl } = value.reveal();
  return { user: username, password, ssl };
}

/** Opens one connection of its own, beside any pool. The caller ends it. */
export async function openConnection(config: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client(config);
  // What is under way is rejected with the same error; without a listener the process would end before that.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
