import { Secret } from '@fairlead/config';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { parseDatabaseCredentials, type RotatingCredentials } from '../src/credentials.ts';
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
  /** Of a superuser. */
  credentials: RotatingCredentials;
  /** The text of the secret that `config.databaseSecretArn` names. */
  secretText: string;
}

/** Creates an empty database with a name of its own, so that tests can run side by side. */
export async function createTestDatabase(server: TestServer): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await runAsSuperuser(server, `CREATE DATABASE ${name}`);
  const secretText = JSON.stringify({ username: server.user, password: server.password, ssl: 'false' });
  return {
    config: {
      databaseHost: server.host,
      databasePort: server.port,
      databaseName: name,
      databaseSecretArn: `arn:aws:secretsmanager:eu-west-1:000000000000:secret:${name}`,
      databaseConnections: 5,
    },
    credentials: createCredentials(secretText),
    secretText,
    [Symbol.asyncDispose]: () => runAsSuperuser(server, `DROP DATABASE ${name} WITH (FORCE)`),
  };
}

function createCredentials(secretText: string): RotatingCredentials {
  const version = { id: 'only', value: new Secret(parseDatabaseCredentials(secretText)) };
  const current = () => Promise.resolve(version);
  return { current, refresh: current, versions: () => Promise.resolve({ current: version }) };
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
