import pg from 'pg';
import { expect, inject, onTestFinished, test } from 'vitest';
import { createTestDatabase } from '../test/index.ts';
import { MigrationError, migrate, type Migration } from './migrate.ts';
import type { DatabaseConfig } from './settings.ts';

async function createDatabase(): Promise<DatabaseConfig> {
  const database = await createTestDatabase(inject('postgres'));
  onTestFinished(() => database[Symbol.asyncDispose]());
  return database.config;
}

async function query(config: DatabaseConfig, sql: string): Promise<unknown[]> {
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
  const config = await createDatabase();
  expect(await migrate(config, [create])).toEqual(['0001-create.sql']);
  expect(await migrate(config, [create, fill])).toEqual(['0002-fill.sql']);
  expect(await migrate(config, [create, fill])).toEqual([]);
  expect(await query(config, 'SELECT * FROM things')).toEqual([{ id: 1 }]);
});

test('however many tasks start together, one of them migrates and the others wait for it', async () => {
  const config = await createDatabase();
  const slow = sql('0003-slow.sql', 'SELECT pg_sleep(0.2); INSERT INTO things VALUES (2)');
  const results = await Promise.all(Array.from({ length: 12 }, () => migrate(config, [create, fill, slow])));
  expect(results.filter((applied) => applied.length > 0)).toEqual([
    ['0001-create.sql', '0002-fill.sql', '0003-slow.sql'],
  ]);
  expect(await query(config, 'SELECT count(*)::integer FROM things')).toEqual([{ count: 2 }]);
});

test('one that fails is rolled back whole, names itself, and leaves those before it', async () => {
  const config = await createDatabase();
  const broken = sql('0003-broken.sql', 'INSERT INTO things VALUES (9); INSERT INTO nothing VALUES (1)');
  const failure = migrate(config, [create, fill, broken]);
  await expect(failure).rejects.toThrow(MigrationError);
  await expect(failure).rejects.toThrow(
    '0003-broken.sql failed and was rolled back: relation "nothing" does not exist',
  );
  expect(await query(config, 'SELECT * FROM things')).toEqual([{ id: 1 }]);
  expect(await migrate(config, [create, fill])).toEqual([]);
});

test('one that was changed after it had been applied is refused, before anything else is done', async () => {
  const config = await createDatabase();
  await migrate(config, [create]);
  const changed = { ...create, checksum: 'another' };
  await expect(migrate(config, [changed, fill])).rejects.toThrow('changed after it was applied: 0001-create.sql');
  expect(await query(config, 'SELECT * FROM things')).toEqual([]);
});

test('a task of the release before, which knows fewer migrations, starts all the same', async () => {
  const config = await createDatabase();
  await migrate(config, [create, fill]);
  expect(await migrate(config, [create])).toEqual([]);
});

test('a task that is killed while it migrates leaves the next one a clean start', async () => {
  const config = await createDatabase();
  const killed = sql(
    '0001-create.sql',
    'CREATE TABLE things (id integer); SELECT pg_terminate_backend(pg_backend_pid())',
    'x',
  );
  await expect(migrate(config, [killed])).rejects.toThrow(MigrationError);
  expect(await migrate(config, [create])).toEqual(['0001-create.sql']);
});
