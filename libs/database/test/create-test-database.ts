import { Secret } from '@fairlead/config';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { DatabaseConfig } from '../src/settings.ts';

/** A Postgres server on which tests may create databases. */
export interface TestServer {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
}

/** An empty database for one test. Dispose of it to drop it. */
export interface TestDatabase extends AsyncDisposable {
  config: DatabaseConfig;
}

/** Creates an empty database with a name of its own, so that tests can run side by side. */
export async function createTestDatabase(server: TestServer): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await runAsSuperuser(server, `CREATE DATABASE ${name}`);
  return {
    config: {
      databaseHost: server.host,
      databasePort: server.port,
      databaseName: name,
      databaseUsername: server.user,
      databasePassword: new Secret(server.password),
      databaseSsl: false,
      databaseConnections: 5,
    },
    [Symbol.asyncDispose]: () => runAsSuperuser(server, `DROP DATABASE ${name} WITH (FORCE)`),
  };
}

async function runAsSuperuser(server: TestServer, sql: string): Promise<void> {
  const client = new pg.Client(server);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
