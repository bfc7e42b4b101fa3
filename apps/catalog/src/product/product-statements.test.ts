import { checkStatement } from '@fairlead/database/testing';
import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { startCatalog } from '../../test/start-catalog.ts';
import * as statements from './product-statements.ts';

test('every statement declares the types that Postgres says it has', async () => {
  const { config } = await startCatalog();
  const client = new pg.Client({ ...inject('postgres'), database: config.databaseName });
  await client.connect();
  try {
    for (const statement of Object.values(statements)) expect(await checkStatement(client, statement)).toEqual([]);
  } finally {
    await client.end();
  }
});

test('no two statements share a name', () => {
  const names = Object.values(statements).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
