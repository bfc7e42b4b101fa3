import pg from 'pg';
import { expect, inject, onTestFinished, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../test/index.ts';
import { MigrationError, migrate as migrateWith, type Migration } from './migrate.ts';

async function createDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase(inject('postgres'));
  onTestFinished(() => database[Symbol.asyncDispose]());
  return database;
}

const migrate = ({ config, credentials }: TestDatabase, migrations: readonly Migration[]) =>
  migrateWith(config, credentials, migrations);

async function query({ config }: TestDatabase, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ ...inject('postgres'), database: config.databaseName });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

const sql = (name: string, text: string, checksum = text): Migration => ({
  name,
  checksum,
  run: (client) => client.query(text),
});

const create = sql('0001-create.sql', 'CREATE TABLE things (id integer PRIMARY KEY)');
const fill = sql('0002-fill.sql', 'INSERT INTO things VALUES (1)');

test('each migration is applied once, in order', async () => {
  const database = await createDatabase();
  expect(await migrate(database, [create])).toEqual(['0001-create.sql']);
  expect(await migrate(database, [create, fill])).toEqual(['0002-fill.sql']);
  expect(await migrate(database, [create, fill])).toEqual([]);
  expect(await query(database, 'SELECT * FROM things')).toEqual([{ id: 1 }]);
});

test('however many tasks start together, one of them migrates and the others wait for it', async () => {
  const database = await createDatabase();
  const slow = sql('0003-slow.sql', 'SELECT pg_sleep(0.2); INSERT INTO things VALUES (2)');
  const results = await Promise.all(Array.from({ length: 12 }, () => migrate(database, [create, fill, slow])));
  expect(results.filter((applied) => applied.length > 0)).toEqual([
    ['0001-create.sql', '0002-fill.sql', '0003-slow.sql'],
  ]);
  expect(await query(database, 'SELECT count(*)::integer FROM things')).toEqual([{ count: 2 }]);
});

test('one that fails is rolled back whole, names itself, and leaves those before it', async () => {
  const database = await createDatabase();
  const broken = sql('0003-broken.sql', 'INSERT INTO things VALUES (9); INSERT INTO nothing VALUES (1)');
  const failure = migrate(database, [create, fill, broken]);
  await expect(failure).rejects.toThrow(MigrationError);
  await expect(failure).rejects.toThrow(
    '0003-broken.sql failed and was rolled back: relation "nothing" does not exist',
  );
  expect(await query(database, 'SELECT * FROM things')).toEqual([{ id: 1 }]);
  expect(await migrate(database, [create, fill])).toEqual([]);
});

test('one that was changed after it had been applied is refused, before anything else is done', async () => {
  const database = await createDatabase();
  await migrate(database, [create]);
  const changed = { ...create, checksum: 'another' };
  await expect(migrate(database, [changed, fill])).rejects.toThrow('changed after it was applied: 0001-create.sql');
  expect(await query(database, 'SELECT * FROM things')).toEqual([]);
});

test('a task of the release before, which knows fewer migrations, starts all the same', async () => {
  const database = await createDatabase();
  await migrate(database, [create, fill]);
  expect(await migrate(database, [create])).toEqual([]);
});

test('a task that is killed while it migrates leaves the next one a clean start', async () => {
  const database = await createDatabase();
  const killed = sql(
    '0001-create.sql',
    'CREATE TABLE things (id integer); SELECT pg_terminate_backend(pg_backend_pid())',
    'x',
  );
  await expect(migrate(database, [killed])).rejects.toThrow(MigrationError);
  expect(await migrate(database, [create])).toEqual(['0001-create.sql']);
});
