import { accessTokenRules, createAuthorize, signAccessToken } from '@fairlead/auth';
import { createTestKey, createTestSecret, testUsers, type TestKey, type TestSecret } from '@fairlead/auth/testing';
import type { RotatingSecret, SecretVersions } from '@fairlead/secrets';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import request from 'supertest';
import { expect, test } from 'vitest';
import { signIn } from '../../test/sign-in.ts';
import { addAccount, SIGNING_KEY_ARN, startUsers } from '../../test/start-users.ts';
import { parsePrivateJwk, type PrivateJwk } from './signing-key.ts';
import { createSigningKeys, PUBLISH_BEFORE_SIGNING_MS } from './signing-keys.ts';

const MINUTE_MS = 60_000;

const toJwk = (key: TestKey) => parsePrivateJwk(key.secretText);

/** What one task knows of a secret: it reads it again when a minute is over. */
function cacheForAMinute(
  secret: TestSecret<PrivateJwk>,
  clock: { now: number },
  phaseMs: number,
): RotatingSecret<PrivateJwk> {
  let known: SecretVersions<PrivateJwk> | undefined;
  let readAt = clock.now - phaseMs;
  const versions = async () => {
    if (!known || clock.now - readAt >= MINUTE_MS) {
      known = await secret.versions();
      readAt = clock.now;
    }
    return known;
  };
  return { versions, current: async () => (await versions()).current, refresh: () => secret.refresh() };
}

function bearing(token: string): IncomingMessage {
  const message = new IncomingMessage(new Socket());
  message.headers.authorization = `Bearer ${token}`;
  return message;
}

test('a first key signs at once', async () => {
  const key = await createTestKey();
  const keys = createSigningKeys(createTestSecret(toJwk(key), new Date(0)), () => 1);
  expect((await keys.current()).id).toBe(key.id);
});

test('a new key is published as soon as it is read and signs when everybody can know it', async () => {
  const [first, second] = await Promise.all([createTestKey(), createTestKey()]);
  const clock = { now: 1_000_000 };
  const secret = createTestSecret(toJwk(first), new Date(0));
  const keys = createSigningKeys(secret, () => clock.now);
  secret.rotate(toJwk(second), new Date(clock.now));
  expect(await keys.list()).toEqual([second.publicJwk, first.publicJwk]);
  clock.now += PUBLISH_BEFORE_SIGNING_MS - 1;
  expect((await keys.current()).id).toBe(first.id);
  clock.now += 1;
  expect((await keys.current()).id).toBe(second.id);
  expect(await keys.list()).toEqual([second.publicJwk, first.publicJwk]);
});

test('a key that is only announced is published and does not sign', async () => {
  const [first, second] = await Promise.all([createTestKey(), createTestKey()]);
  const secret = createTestSecret(toJwk(first), new Date(0));
  const keys = createSigningKeys(secret, () => 1_000_000_000);
  secret.announce(toJwk(second), new Date(0));
  expect((await keys.current()).id).toBe(first.id);
  expect(await keys.list()).toEqual([first.publicJwk, second.publicJwk]);
});

test('while the key is rotated no token is refused, whichever task signed it and whichever service verifies it', async () => {
  const clock = { now: Date.parse('2026-11-21T10:00:00Z') };
  const now = () => clock.now;
  const secret = createTestSecret(toJwk(await createTestKey()), new Date(0));
  const tasks = [0, 25_000, 55_000].map((phase) => createSigningKeys(cacheForAMinute(secret, clock, phase), now));
  let asked = 0;
  const verifiers = [0, 1, 2].map(() =>
    createAuthorize({
      service: 'catalog',
      // Each time another task answers, which may be the one that read the secret longest ago.
      keys: async () => ({ keys: await tasks[asked++ % tasks.length]!.list() }),
      callerKeys: new Map(),
      now,
    }),
  );
  const held: { token: string; until: number }[] = [];
  const signers = new Set<string>();
  const started = clock.now;
  const rotations = [10, 45, 80];
  for (let step = 0; clock.now < started + 120 * MINUTE_MS; step++) {
    const minutes = (clock.now - started) / MINUTE_MS;
    if (rotations[0] !== undefined && minutes >= rotations[0]) {
      rotations.shift();
      secret.rotate(toJwk(await createTestKey()), new Date(clock.now));
    }
    const key = await tasks[step % tasks.length]!.current();
    signers.add(key.id);
    const token = await signAccessToken(testUsers.customer, key, clock.now);
    held.push({ token, until: clock.now + accessTokenRules.lifetimeSeconds * 1000 });
    while (held[0]!.until <= clock.now) held.shift();
    for (const verify of verifiers) {
      for (const one of [held[0]!, held[Math.floor(held.length / 2)]!, held.at(-1)!]) {
        expect(await verify('customer', bearing(one.token)), `after ${minutes} minutes`).toEqual(testUsers.customer);
      }
    }
    clock.now += 20_000;
  }
  expect(signers.size).toBe(4);
});

test('the keys are published without anything private', async () => {
  const { app, access } = await startUsers();
  const response = await request(app).get('/users/jwks.json').expect(200);
  expect(response.body).toEqual({ keys: [access.signingKey.publicJwk] });
});

test('a sign-in is answered with 503 while the key cannot be read, and begins no session', async () => {
  const users = await startUsers();
  await addAccount(users, { email: 'ada@shop.example' });
  users.secrets.put(SIGNING_KEY_ARN, '{"kty":"oct"}');
  const response = await request(users.app)
    .post('/users/sessions')
    .send({ email: 'ada@shop.example', password: 'correct horse battery' })
    .expect(503);
  expect(response.body).toMatchObject({ code: 'users/keys-unavailable' });
  expect(JSON.stringify(await users.readTables())).not.toContain('session_id');
});

test('signed-in people stay signed in while the key is rotated', async () => {
  const users = await startUsers();
  await addAccount(users, { email: 'ada@shop.example' });
  const { accessToken } = await signIn(users.app, 'ada@shop.example');
  users.secrets.put(SIGNING_KEY_ARN, (await createTestKey()).secretText);
  const { body } = await request(users.app).get('/users/jwks.json').expect(200);
  expect(body.keys).toHaveLength(2);
  await request(users.app).get('/users/me').set('Authorization', `Bearer ${accessToken}`).expect(200);
  await signIn(users.app, 'ada@shop.example');
});
