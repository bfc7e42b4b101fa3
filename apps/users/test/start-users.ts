import { createTestAccess, testUsers, type TestAccess } from '@fairlead/auth/testing';
import { loadConfig } from '@fairlead/config';
import type { UserCaller } from '@fairlead/contracts';
import { Database, loadMigrations, migrate, statement } from '@fairlead/database';
import { createTestDatabase, type TestDatabase } from '@fairlead/database/testing';
import { StaticSecrets } from '@fairlead/secrets/testing';
import { createTestContext } from '@fairlead/service/testing';
import type { Express } from 'express';
import { inject, onTestFinished } from 'vitest';
import { createApp } from '../src/app.ts';
import { settings, type UsersConfig } from '../src/config.ts';
import { createDependencies, type Dependencies } from '../src/dependencies.ts';

export const SIGNING_KEY_ARN = 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:signing-key';
const ADMIN_PASSWORD_ARN = 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:admin-password';
const CALLER_KEY_ARN = 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:call-payments-users';

/** The password of every account that {@link addAccount} makes. */
export const PASSWORD = 'correct horse battery';

export interface UsersOptions extends Partial<UsersConfig> {
  /** Of another instance, to share its database. */
  database?: TestDatabase;
  trustedProxies?: number;
}

export interface TestUsers {
  app: Express;
  config: UsersConfig;
  database: TestDatabase;
  dependencies: Dependencies;
  secrets: StaticSecrets;
  /** Knows the keys of this instance, and signs tokens with them. */
  access: TestAccess;
  /** The time that users goes by, which the test turns. */
  clock: { now: number };
  /** Everything that was logged, as text. */
  log: string[];
  /** Every row of the database, as JSON. */
  readTables(): Promise<unknown[]>;
  /** Takes the role of an admin away, though it be the last. */
  makeCustomer(id: string): Promise<void>;
}

/** Users as its process has it, on a database of its own, without the process; hashes cost little. */
export async function startUsers({
  database: shared,
  trustedProxies = 0,
  ...changes
}: UsersOptions = {}): Promise<TestUsers> {
  const database = shared ?? (await createTestDatabase(inject('postgres')));
  const clock = { now: Date.now() };
  const access = await createTestAccess({ service: 'users', callers: ['payments'], now: () => clock.now });
  const config: UsersConfig = {
    ...loadConfig(settings, {
      DATABASE_HOST: database.config.databaseHost,
      DATABASE_PORT: String(database.config.databasePort),
      DATABASE_NAME: database.config.databaseName,
      DATABASE_SECRET_ARN: database.config.databaseSecretArn,
      SIGNING_KEY_SECRET_ARN: SIGNING_KEY_ARN,
      ADMIN_PASSWORD_SECRET_ARN: ADMIN_PASSWORD_ARN,
      CALLER_KEY_ARNS: JSON.stringify({ payments: CALLER_KEY_ARN }),
    }),
    passwordMemoryKiB: 64,
    passwordPasses: 1,
    signInsPerClient: 100_000,
    signUpsPerClient: 100_000,
    ...changes,
  };
  await migrate(config, database.credentials, await loadMigrations(new URL('../migrations/', import.meta.url)));

  const callKey = (await access.callerKeys.get('payments')!.current()).value.reveal();
  const secrets = new StaticSecrets({
    [config.databaseSecretArn]: database.secretText,
    [SIGNING_KEY_ARN]: access.signingKey.secretText,
    [CALLER_KEY_ARN]: callKey,
  });
  const context = await createTestContext({ name: 'users', trustedProxies });
  const dependencies = await createDependencies(config, context, { secrets, now: () => clock.now });
  onTestFinished(async () => {
    await dependencies[Symbol.asyncDispose]();
    if (!shared) await database[Symbol.asyncDispose]();
  });
  const app = createApp(dependencies, context);
  return {
    ...{ app, config, database, dependencies, secrets, access, clock, log: context.log },
    readTables: () => withConnection({ config, database }, (connection) => connection.query(readAll, [])),
    makeCustomer: (id) =>
      withConnection({ config, database }, async (connection) => {
        await connection.query(demoteAccount, [id]);
      }),
  };
}

const readAll = statement({
  name: 'read-test-tables',
  text: `SELECT to_jsonb(accounts) AS content FROM accounts UNION ALL SELECT to_jsonb(sessions) FROM sessions
    UNION ALL SELECT to_jsonb(refresh_tokens) FROM refresh_tokens UNION ALL SELECT to_jsonb(attempts) FROM attempts`,
  parameters: [],
  columns: { content: 'jsonb' },
});

const demoteAccount = statement({
  name: 'demote-test-account',
  text: `UPDATE accounts SET role = 'customer' WHERE id = $1`,
  parameters: ['uuid'],
  columns: {},
});

/** Past the stores of the service. */
async function withConnection<Result>(
  { config, database }: Pick<TestUsers, 'config' | 'database'>,
  work: (connection: Database) => Promise<Result>,
): Promise<Result> {
  const { credentials } = database;
  await using connection = new Database(config, { credentials, onConnectionError: () => undefined });
  return await work(connection);
}

const insertAccount = statement({
  name: 'insert-test-account',
  text: `INSERT INTO accounts (id, email, password_hash, role) VALUES (coalesce($1, uuidv7()), $2, $3, $4) RETURNING id`,
  parameters: ['uuid nullable', 'text', 'text', 'text'],
  columns: { id: 'uuid' },
});

export interface TestAccount extends UserCaller {
  email: string;
  /** What to send as `Authorization`. */
  authorization: string;
}

/** Opens an account with {@link PASSWORD}, and an access token for it. */
export async function addAccount(
  users: TestUsers,
  { id = null, email, role = 'customer' }: { id?: string | null; email: string; role?: UserCaller['role'] },
): Promise<TestAccount> {
  const hash = await users.dependencies.passwords.hash(PASSWORD);
  const [row] = await withConnection(users, (connection) => connection.query(insertAccount, [id, email, hash, role]));
  const caller = { userId: row!.id, role };
  return { ...caller, email, authorization: `Bearer ${await users.access.accessToken(caller)}` };
}

/** Opens the accounts of the users that tests of every service know. */
export async function addTestUsers(users: TestUsers): Promise<void> {
  for (const [name, { userId, role }] of Object.entries(testUsers)) {
    await addAccount(users, { id: userId, email: `${name.toLowerCase()}@shop.example`, role });
  }
}
