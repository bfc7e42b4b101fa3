import request from 'supertest';
import { expect, test } from 'vitest';
import { addAccount, PASSWORD, startUsers, type TestUsers } from '../../test/start-users.ts';

const EMAIL = 'ada@shop.example';
const WINDOW_MS = 15 * 60_000;

interface Attempt {
  email?: string;
  password?: string;
  forwardedFor?: string;
}

const attempt = ({ app }: TestUsers, { email = EMAIL, password = 'a guess', forwardedFor }: Attempt = {}) =>
  request(app)
    .post('/users/sessions')
    .set(forwardedFor === undefined ? {} : { 'X-Forwarded-For': forwardedFor })
    .send({ email, password });

test.each([
  ['an account', EMAIL],
  ['an address without an account', 'nobody@shop.example'],
])('guesses at the password of %s are refused from a number on, for a quarter of an hour', async (_title, email) => {
  const users = await startUsers({ signInsPerAccount: 3 });
  await addAccount(users, { email: EMAIL });
  for (let guess = 0; guess < 3; guess++) await attempt(users, { email }).expect(401);
  const refused = await attempt(users, { email }).expect(429);
  expect(refused.body).toMatchObject({ code: 'users/too-many-attempts' });
  expect(refused.headers['retry-after']).toBe(String(WINDOW_MS / 1000));
  users.clock.now += WINDOW_MS - 1;
  expect((await attempt(users, { email }).expect(429)).headers['retry-after']).toBe('1');
  users.clock.now += 1;
  await attempt(users, { email }).expect(401);
});

test('the right password is not tried either once there were too many guesses', async () => {
  const users = await startUsers({ signInsPerAccount: 3 });
  await addAccount(users, { email: EMAIL });
  for (let guess = 0; guess < 3; guess++) await attempt(users).expect(401);
  await attempt(users, { password: PASSWORD }).expect(429);
});

test('whoever signs in begins to count anew', async () => {
  const users = await startUsers({ signInsPerAccount: 3 });
  await addAccount(users, { email: EMAIL });
  for (let round = 0; round < 3; round++) {
    for (let guess = 0; guess < 2; guess++) await attempt(users).expect(401);
    await attempt(users, { password: PASSWORD }).expect(201);
  }
});

test('the count is one for all tasks', async () => {
  const first = await startUsers({ signInsPerAccount: 4 });
  const second = await startUsers({ signInsPerAccount: 4, database: first.database });
  await addAccount(first, { email: EMAIL });
  const responses = await Promise.all(
    Array.from({ length: 10 }, (_, index) => attempt(index % 2 === 0 ? first : second)),
  );
  expect(responses.filter(({ status }) => status === 401)).toHaveLength(4);
  expect(responses.filter(({ status }) => status === 429)).toHaveLength(6);
});

test('one client cannot try many accounts, whatever it writes into X-Forwarded-For', async () => {
  const users = await startUsers({ signInsPerClient: 5, trustedProxies: 1 });
  const responses = [];
  for (let index = 0; index < 8; index++) {
    const forwardedFor = `198.51.100.${index}, 203.0.113.7`;
    responses.push(await attempt(users, { email: `user-${index}@shop.example`, forwardedFor }));
  }
  expect(responses.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
  await attempt(users, { email: 'other@shop.example', forwardedFor: '203.0.113.8' }).expect(401);
});

test('one client cannot open many accounts', async () => {
  const users = await startUsers({ signUpsPerClient: 2 });
  const signUp = (index: number) =>
    request(users.app)
      .post('/users')
      .send({ email: `user-${index}@shop.example`, password: PASSWORD });
  await signUp(0).expect(202);
  await signUp(1).expect(202);
  await signUp(2).expect(429);
});
