import { Database } from '@fairlead/database';
import { expect, test } from 'vitest';
import { signIn } from '../test/sign-in.ts';
import { addAccount, startUsers } from '../test/start-users.ts';
import { forgetPast } from './forget-past.ts';
import { SESSION_MS } from './session/session-store.ts';

test('sessions and attempts are deleted when they are over, and not before', async () => {
  const users = await startUsers();
  const { config, database, clock, app } = users;
  await addAccount(users, { email: 'ada@shop.example' });
  for (let session = 0; session < 120; session++) await signIn(app, 'ada@shop.example');
  clock.now += 1000;
  await signIn(app, 'ada@shop.example');
  const { credentials } = database;
  await using connection = new Database(config, { credentials, onConnectionError: () => undefined });
  const rowsWith = async (text: string) =>
    (await users.readTables()).filter((row) => JSON.stringify(row).includes(text)).length;

  await forgetPast(connection, clock.now, new AbortController().signal);
  expect(await rowsWith('account_id')).toBe(121);
  expect(await rowsWith('sign-in/client')).toBe(1);
  await forgetPast(connection, clock.now - 1000 + SESSION_MS, new AbortController().signal);
  expect(await rowsWith('account_id')).toBe(1);
  expect(await rowsWith('successor_hash')).toBe(1);
  expect(await rowsWith('sign-in/client')).toBe(0);
});
