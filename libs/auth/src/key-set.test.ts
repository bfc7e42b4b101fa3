import { createTestKey } from '@fairlead/auth/testing';
import type { JWK } from 'jose';
import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, test } from 'vitest';
import { KeySet, keySetTimes } from './key-set.ts';

const { freshMs, staleMs, betweenFetchesMs } = keySetTimes;

/** Users with the given keys, which can go down, and a clock that the test turns. */
function createFixture(published: JWK[]) {
  const users = { published, isDown: false, asked: 0 };
  const clock = { now: 1_000_000 };
  const fetchKeys = () => {
    users.asked += 1;
    return users.isDown ? Promise.reject(new Error('users is down')) : Promise.resolve({ keys: users.published });
  };
  return { users, clock, keySet: new KeySet({ fetchKeys, now: () => clock.now }) };
}

test('many who ask at once are served by one request, and later ones by none', async () => {
  const key = await createTestKey();
  const { users, keySet } = createFixture([key.publicJwk]);
  const found = await Promise.all(Array.from({ length: 50 }, () => keySet.find(key.id)));
  expect(found.every((one) => one?.type === 'public')).toBe(true);
  await keySet.find(key.id);
  expect(users.asked).toBe(1);
});

test('a key that is new to it is asked for at once', async () => {
  const [first, second] = await Promise.all([createTestKey(), createTestKey()]);
  const { users, clock, keySet } = createFixture([first.publicJwk]);
  await keySet.find(first.id);
  users.published = [first.publicJwk, second.publicJwk];
  clock.now += betweenFetchesMs;
  expect(await keySet.find(second.id)).toBeDefined();
});

test('made-up key ids make it ask no more than once a second', async () => {
  const key = await createTestKey();
  const { users, clock, keySet } = createFixture([key.publicJwk]);
  for (let request = 0; request < 100; request++) {
    expect(await keySet.find(`made-up-${request}`)).toBeUndefined();
    clock.now += betweenFetchesMs / 10;
  }
  expect(users.asked).toBe(10);
});

test('a withdrawn key is forgotten when the keys are no longer fresh', async () => {
  const key = await createTestKey();
  const { users, clock, keySet } = createFixture([key.publicJwk]);
  await keySet.find(key.id);
  users.published = [];
  clock.now += freshMs;
  expect(await keySet.find(key.id)).toBeDefined();
  clock.now += 1;
  expect(await keySet.find(key.id)).toBeUndefined();
});

test('while users is down its last keys serve for a day, and users is asked once a second', async () => {
  const key = await createTestKey();
  const { users, clock, keySet } = createFixture([key.publicJwk]);
  await keySet.find(key.id);
  users.isDown = true;
  clock.now += freshMs + 1;
  for (let request = 0; request < 100; request++) {
    expect(await keySet.find(key.id)).toBeDefined();
    clock.now += betweenFetchesMs / 10;
  }
  expect(users.asked).toBe(1 + 10);
  clock.now += staleMs;
  await expect(keySet.find(key.id)).rejects.toThrow('the keys could not be had');
});

test('while users is down a key that is new to it is neither good nor bad', async () => {
  const key = await createTestKey();
  const { users, clock, keySet } = createFixture([key.publicJwk]);
  await keySet.find(key.id);
  users.isDown = true;
  clock.now += betweenFetchesMs;
  await expect(keySet.find('new')).rejects.toThrow('the keys could not be had');
  users.isDown = false;
  clock.now += betweenFetchesMs;
  expect(await keySet.find('new')).toBeUndefined();
});

test('when users hangs, one request waits and the others go on with the last keys', async () => {
  const key = await createTestKey();
  const clock = { now: 1_000_000 };
  const answers = [Promise.resolve({ keys: [key.publicJwk] })];
  const keySet = new KeySet({
    fetchKeys: () => answers.shift() ?? new Promise(() => undefined),
    now: () => clock.now,
  });
  await keySet.find(key.id);
  clock.now += freshMs + 1;
  expect(await keySet.find(key.id)).toBeDefined();
  clock.now += betweenFetchesMs;
  const started = performance.now();
  expect(await keySet.find(key.id)).toBeDefined();
  expect(performance.now() - started).toBeLessThan(keySetTimes.waitMs / 2);
});

test('the keys are asked for on behalf of nobody, so that no request that is cancelled takes the others along', async () => {
  const key = await createTestKey();
  const request = new AsyncLocalStorage<string>();
  const contexts: (string | undefined)[] = [];
  const keySet = new KeySet({
    fetchKeys() {
      contexts.push(request.getStore());
      return Promise.resolve({ keys: [key.publicJwk] });
    },
    now: Date.now,
  });
  await request.run('a request', () => keySet.find(key.id));
  expect(contexts).toEqual([undefined]);
});

test('keys of another kind are left out', async () => {
  const key = await createTestKey();
  const others: JWK[] = [
    { kty: 'oct', kid: 'symmetric', k: 'c2VjcmV0' },
    { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', kid: 'curve' },
    { ...key.publicJwk, kid: 'encryption', use: 'enc' },
  ];
  const { clock, keySet } = createFixture([...others, key.publicJwk]);
  for (const { kid = '' } of others) {
    expect(await keySet.find(kid)).toBeUndefined();
    clock.now += betweenFetchesMs;
  }
  expect(await keySet.find(key.id)).toBeDefined();
});
