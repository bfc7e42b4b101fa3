import { Secret } from '@fairlead/config';
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import pg from 'pg';
import { beforeEach, expect, inject, onTestFinished, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../test/index.ts';
import type { CredentialsVersion, RotatingCredentials } from './credentials.ts';
import { Database } from './database.ts';
import { migrate } from './migrate.ts';
import { statement } from './statement.ts';

const whoAmI = statement({
  name: 'who-am-i',
  text: 'SELECT current_user::text AS role, pg_backend_pid() AS connection',
  parameters: [],
  columns: { role: 'text', connection: 'int4' },
});

let testDatabase: TestDatabase;

beforeEach(async () => {
  testDatabase = await createTestDatabase(inject('postgres'));
  return () => testDatabase[Symbol.asyncDispose]();
});

async function asSuperuser(sql: string): Promise<void> {
  const client = new pg.Client(inject('postgres'));
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** A role that may log in, until the test is over. */
async function createRole() {
  const name = `role_${randomUUID().replaceAll('-', '')}`;
  await asSuperuser(`CREATE ROLE ${name} LOGIN`);
  onTestFinished(() => asSuperuser(`DROP ROLE ${name}`));
  return {
    name,
    async setPassword(password: string) {
      await asSuperuser(`ALTER ROLE ${name} PASSWORD '${password}'`);
    },
  };
}

const createPassword = () => randomBytes(16).toString('hex');

const createVersion = (username: string, password: string): CredentialsVersion => ({
  id: randomUUID(),
  value: new Secret({ username, password, ssl: false }),
});

/** Credentials as a cache hands them out: what changed is seen after a refresh. */
class FakeCredentials implements RotatingCredentials {
  refreshes = 0;
  #actual: { current: CredentialsVersion; previous?: CredentialsVersion; pending?: CredentialsVersion };
  #seen: CredentialsVersion;

  constructor(current: CredentialsVersion) {
    this.#actual = { current };
    this.#seen = current;
  }

  stage(pending: CredentialsVersion) {
    this.#actual = { ...this.#actual, pending };
  }

  put(current: CredentialsVersion) {
    this.#actual = { current, previous: this.#actual.current };
  }

  current() {
    return Promise.resolve(this.#seen);
  }

  versions() {
    return Promise.resolve(this.#actual);
  }

  refresh() {
    this.refreshes++;
    this.#seen = this.#actual.current;
    return this.current();
  }
}

function open(credentials: RotatingCredentials, connectionAgeSeconds = 0.1) {
  const database = new Database(testDatabase.config, {
    credentials,
    connectionAgeSeconds,
    onConnectionError: () => undefined,
  });
  onTestFinished(() => database[Symbol.asyncDispose]());
  return database;
}

/** Sixteen callers that query again and again until they are told to stop. */
function startLoad(database: Database) {
  const connections = new Map<string, Set<number>>();
  const failures: string[] = [];
  let running = true;
  const query = async () => {
    const [row] = await database.query(whoAmI, []);
    const { role, connection } = row!;
    connections.set(role, (connections.get(role) ?? new Set()).add(connection));
  };
  const work = async () => {
    while (running) {
      await query().catch((error: unknown) => failures.push(inspect(error)));
      await delay(5);
    }
  };
  const workers = Array.from({ length: 16 }, work);
  onTestFinished(() => {
    running = false;
  });
  const seen = (role: string) => connections.get(role)?.size ?? 0;
  return {
    failures,
    /** Resolves when more connections of the role have been made than there can be at once. */
    async newConnections(role: string) {
      const before = seen(role);
      const enough = before + testDatabase.config.databaseConnections + 1;
      await expect.poll(() => seen(role), { interval: 5, timeout: 10_000 }).toBeGreaterThanOrEqual(enough);
    },
    async stop() {
      running = false;
      await Promise.all(workers);
    },
  };
}

test('no request fails while the password of the role changes under load, the role before the secret', async () => {
  const role = await createRole();
  const first = createPassword();
  await role.setPassword(first);
  const credentials = new FakeCredentials(createVersion(role.name, first));
  const load = startLoad(open(credentials));
  for (let rotation = 0; rotation < 10; rotation++) {
    const password = createPassword();
    const version = createVersion(role.name, password);
    credentials.stage(version);
    await role.setPassword(password);
    await load.newConnections(role.name);
    credentials.put(version);
    await load.newConnections(role.name);
  }
  await load.stop();
  expect(load.failures).toEqual([]);
  expect(credentials.refreshes).toBeGreaterThanOrEqual(10);
});

test('no request fails while the password of the role changes under load, the secret before the role', async () => {
  const role = await createRole();
  const first = createPassword();
  await role.setPassword(first);
  const credentials = new FakeCredentials(createVersion(role.name, first));
  const load = startLoad(open(credentials));
  for (let rotation = 0; rotation < 10; rotation++) {
    const password = createPassword();
    credentials.put(createVersion(role.name, password));
    await credentials.refresh();
    await load.newConnections(role.name);
    await role.setPassword(password);
    await load.newConnections(role.name);
  }
  await load.stop();
  expect(load.failures).toEqual([]);
});

test('no request fails while two roles take turns under load', async () => {
  const roles = [await createRole(), await createRole()] as const;
  const first = createPassword();
  await roles[0].setPassword(first);
  const credentials = new FakeCredentials(createVersion(roles[0].name, first));
  const load = startLoad(open(credentials));
  for (let rotation = 1; rotation <= 10; rotation++) {
    const next = roles[rotation % 2]!;
    const password = createPassword();
    const version = createVersion(next.name, password);
    credentials.stage(version);
    await next.setPassword(password);
    credentials.put(version);
    await credentials.refresh();
    await load.newConnections(next.name);
  }
  await load.stop();
  expect(load.failures).toEqual([]);
});

test('a role that may no longer log in gives way to the one that may', async () => {
  const [before, after] = [await createRole(), await createRole()];
  const password = createPassword();
  await before.setPassword(password);
  await after.setPassword(password);
  const credentials = new FakeCredentials(createVersion(before.name, password));
  const load = startLoad(open(credentials));
  await load.newConnections(before.name);
  credentials.put(createVersion(after.name, password));
  await asSuperuser(`ALTER ROLE ${before.name} NOLOGIN`);
  await load.newConnections(after.name);
  await load.stop();
  expect(load.failures).toEqual([]);
});

test('a migration runs in the middle of a rotation too', async () => {
  const role = await createRole();
  const password = createPassword();
  await role.setPassword(password);
  const credentials = new FakeCredentials(createVersion(role.name, 'the one before'));
  credentials.stage(createVersion(role.name, password));
  const applied = migrate(testDatabase.config, credentials, []);
  await expect(applied).rejects.toThrow('permission denied for schema public');
});

test('however many requests are refused together, no more than there are connections ask for the new password', async () => {
  const role = await createRole();
  const password = createPassword();
  await role.setPassword(password);
  const credentials = new FakeCredentials(createVersion(role.name, 'the one before'));
  credentials.put(createVersion(role.name, password));
  const database = open(credentials, 60);
  await Promise.all(Array.from({ length: 50 }, () => database.query(whoAmI, [])));
  expect(credentials.refreshes).toBeGreaterThan(0);
  expect(credentials.refreshes).toBeLessThanOrEqual(testDatabase.config.databaseConnections);
});

const unavailable = { code: 'database/unavailable', status: 503 };

test('a password that no version of the secret has is a 503', async () => {
  const role = await createRole();
  await role.setPassword(createPassword());
  const credentials = new FakeCredentials(createVersion(role.name, 'wrong'));
  await expect(open(credentials).query(whoAmI, [])).rejects.toMatchObject(unavailable);
});

test('credentials that cannot be read are a 503, and are asked for again by the next request', async () => {
  const { credentials } = testDatabase;
  let readable = false;
  const database = open({
    ...credentials,
    current: () => (readable ? credentials.current() : Promise.reject(new Error('no answer'))),
  });
  await expect(database.query(whoAmI, [])).rejects.toMatchObject(unavailable);
  readable = true;
  await expect(database.query(whoAmI, [])).resolves.toHaveLength(1);
});

test('credentials that take too long to come after a refusal are a 503 within a second', async () => {
  const role = await createRole();
  await role.setPassword(createPassword());
  const credentials = new FakeCredentials(createVersion(role.name, 'wrong'));
  credentials.refresh = () => new Promise(() => undefined);
  const started = performance.now();
  await expect(open(credentials).query(whoAmI, [])).rejects.toMatchObject(unavailable);
  expect(performance.now() - started).toBeLessThan(1000);
});

test('the refusal of a password is not repeated to the caller', async () => {
  const role = await createRole();
  await role.setPassword(createPassword());
  const credentials = new FakeCredentials(createVersion(role.name, 'hunter2'));
  const error: unknown = await open(credentials)
    .query(whoAmI, [])
    .catch((reason: unknown) => reason);
  expect(JSON.stringify(error)).not.toContain('hunter2');
});
