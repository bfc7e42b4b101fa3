import { checkStatements } from '@fairlead/database/testing';
import { expect, test } from 'vitest';
import { startUsers } from '../test/start-users.ts';
import * as account from './account/account-statements.ts';
import * as attempt from './attempt/attempt-statements.ts';
import * as session from './session/session-statements.ts';

const statements = [...Object.values(account), ...Object.values(attempt), ...Object.values(session)];

test('every statement declares the types that Postgres says it has', async () => {
  const { database } = await startUsers();
  expect(await checkStatements(database, statements)).toEqual([]);
});

test('no two statements share a name', () => {
  const names = statements.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
