import { checkStatements } from '@fairlead/database/testing';
import { expect, test } from 'vitest';
import { startCatalog } from '../../test/start-catalog.ts';
import * as statements from './product-statements.ts';

test('every statement declares the types that Postgres says it has', async () => {
  const { database } = await startCatalog();
  expect(await checkStatements(database, Object.values(statements))).toEqual([]);
});

test('no two statements share a name', () => {
  const names = Object.values(statements).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
