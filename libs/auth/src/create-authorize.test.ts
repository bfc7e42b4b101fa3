import type { Audience } from '@fairlead/contracts';
import { Problem } from '@fairlead/problem';
import { createTestAccess, testUsers } from '@fairlead/auth/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bearing, withAuthorization } from '../test/requests.ts';
import { createAuthorize, type AuthorizeOptions } from './create-authorize.ts';
import { accessTokenRules, CLOCK_TOLERANCE_SECONDS, serviceTokenRules } from './token-rules.ts';

const CLOSED: Audience[] = ['customer', 'owner', 'admin', 'service'];
const CHALLENGE = 'Bearer error="invalid_token"';

async function problemOf(decision: unknown): Promise<Problem> {
  const error = await Promise.resolve(decision).then(
    (caller) => new Error(`let in: ${JSON.stringify(caller)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof Problem) return error;
  throw error;
}

/** A clock that the test turns, and a service that payments may call. */
async function createFixture(changes: Partial<AuthorizeOptions> = {}) {
  const clock = { now: Date.parse('2026-11-21T10:00:00Z') };
  const access = await createTestAccess({ service: 'catalog', callers: ['payments'], now: () => clock.now });
  return { access, clock, authorize: createAuthorize({ ...access, ...changes }) };
}

test.each(['anyone', 'signer'] as const)('a route for %s takes whatever stands in Authorization', async (audience) => {
  const { authorize } = await createFixture();
  expect(await authorize(audience, withAuthorization())).toBeUndefined();
  expect(await authorize(audience, bearing('nonsense'))).toBeUndefined();
});

test('whoever is signed in is known by the account and the role of the token', async () => {
  const { access, authorize } = await createFixture();
  for (const caller of Object.values(testUsers)) {
    const request = bearing(await access.accessToken(caller));
    expect(await authorize('customer', request)).toEqual(caller);
    expect(await authorize('owner', request)).toEqual(caller);
  }
});

test('only admins are let in to what is for admins; others are known and refused', async () => {
  const { access, authorize } = await createFixture();
  expect(await authorize('admin', bearing(await access.accessToken(testUsers.admin)))).toEqual(testUsers.admin);
  const refused = await problemOf(authorize('admin', bearing(await access.accessToken(testUsers.customer))));
  expect(refused).toMatchObject({ status: 403, code: 'request/forbidden' });
});

test('a service is known by the key it signs with', async () => {
  const { access, authorize } = await createFixture();
  const request = bearing(await access.serviceToken('payments'));
  expect(await authorize('service', request)).toEqual({ service: 'payments' });
});

test('without a token the answer is a bare challenge', async () => {
  const { authorize } = await createFixture();
  for (const audience of CLOSED) {
    const refused = await problemOf(authorize(audience, withAuthorization()));
    expect(refused).toMatchObject({ status: 401, headers: { 'WWW-Authenticate': 'Bearer' } });
  }
});

test('no token with a fault is taken anywhere, and no answer says which fault it is', async () => {
  const { access, authorize } = await createFixture();
  const invalid = Object.entries(await access.invalidTokens());
  expect(invalid.length).toBeGreaterThan(40);
  const answers = new Set<string>();
  for (const [title, token] of invalid) {
    for (const audience of CLOSED) {
      const refused = await problemOf(authorize(audience, bearing(token)));
      expect(refused, `${title}, for ${audience}`).toMatchObject({ status: 401 });
      expect(refused.headers, title).toEqual({ 'WWW-Authenticate': CHALLENGE });
      answers.add(refused.message);
    }
  }
  expect(answers.size).toBe(1);
});

test('the token of a person is no token of a service, and the other way round', async () => {
  const { access, authorize } = await createFixture();
  const ofPerson = bearing(await access.accessToken(testUsers.admin));
  const ofService = bearing(await access.serviceToken('payments'));
  expect(await problemOf(authorize('service', ofPerson))).toMatchObject({ status: 401 });
  for (const audience of ['customer', 'owner', 'admin'] as const) {
    expect(await problemOf(authorize(audience, ofService))).toMatchObject({ status: 401 });
  }
});

test('a token for the calls to one service is worth nothing at another', async () => {
  const { access } = await createFixture();
  const elsewhere = createAuthorize({ ...access, service: 'users' });
  expect(await problemOf(elsewhere('service', bearing(await access.serviceToken('payments'))))).toMatchObject({
    status: 401,
  });
});

test.each([
  ['access', accessTokenRules.lifetimeSeconds, 'customer'],
  ['service', serviceTokenRules.lifetimeSeconds, 'service'],
] as const)('an %s token ends with its time, also one that was accepted before', async (kind, lifetime, audience) => {
  const { access, clock, authorize } = await createFixture();
  const token = kind === 'access' ? access.accessToken(testUsers.customer) : access.serviceToken('payments');
  const request = bearing(await token);
  const issuedAt = clock.now;
  await authorize(audience, request);
  clock.now = issuedAt + lifetime * 1000 - 1;
  await authorize(audience, request);
  clock.now = issuedAt + (lifetime + CLOCK_TOLERANCE_SECONDS) * 1000;
  expect(await problemOf(authorize(audience, request))).toMatchObject({ status: 401 });
});

test('a clock that is a little behind the one that signed is put up with', async () => {
  const { access, clock, authorize } = await createFixture();
  const request = bearing(await access.serviceToken('payments'));
  clock.now -= CLOCK_TOLERANCE_SECONDS * 1000;
  expect(await authorize('service', request)).toEqual({ service: 'payments' });
});

test.each(['bearer', 'BEARER', 'Bearer  '])('the scheme may be written "%s"', async (scheme) => {
  const { access, authorize } = await createFixture();
  const token = await access.accessToken(testUsers.customer);
  expect(await authorize('customer', withAuthorization(`${scheme} ${token}`))).toEqual(testUsers.customer);
});

test('whatever else stands in Authorization is refused and breaks nothing', async () => {
  const { access, authorize } = await createFixture();
  const token = await access.accessToken(testUsers.admin);
  const part = fc.oneof(
    fc.string(),
    fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
    fc.constantFrom(...token.split('.')),
  );
  const authorization = fc.oneof(
    fc.string(),
    fc.tuple(part, part, part).map((parts) => `Bearer ${parts.join('.')}`),
    fc.constantFrom(`Basic ${token}`, token, `Bearer ${token} x`, `Bearer ${token}, Bearer ${token}`, 'Bearer', ''),
  );
  await fc.assert(
    fc.asyncProperty(authorization, fc.constantFrom(...CLOSED), async (value, audience) => {
      fc.pre(!new RegExp(`^bearer +${token}$`, 'i').test(value));
      expect(await problemOf(authorize(audience, withAuthorization(value)))).toMatchObject({ status: 401 });
    }),
    { numRuns: 500 },
  );
});

test('no change of one character leaves a token valid, unless it says the same', async () => {
  const { access, authorize } = await createFixture();
  const token = await access.accessToken(testUsers.customer);
  const bytesOf = (text: string) => text.split('.').map((part) => Buffer.from(part, 'base64url').toString('hex'));
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.';
  await fc.assert(
    fc.asyncProperty(fc.nat(token.length - 1), fc.constantFrom(...Array.from(alphabet)), async (index, character) => {
      const changed = token.slice(0, index) + character + token.slice(index + 1);
      fc.pre(bytesOf(changed).join('.') !== bytesOf(token).join('.'));
      expect(await problemOf(authorize('customer', bearing(changed)))).toMatchObject({ status: 401 });
    }),
    { numRuns: 500 },
  );
});

test('a token is not refused because its keys cannot be had', async () => {
  const { access, authorize } = await createFixture({ keys: () => Promise.reject(new Error('users is down')) });
  const refused = await problemOf(authorize('customer', bearing(await access.accessToken(testUsers.customer))));
  expect(refused).toMatchObject({ status: 503, code: 'request/unverifiable', headers: { 'Retry-After': '1' } });
});

test('a withdrawn key takes its tokens along, also those that were accepted before', async () => {
  const keys = { published: true };
  const { access, clock } = await createFixture();
  const authorize = createAuthorize({
    ...access,
    keys: () => Promise.resolve({ keys: keys.published ? [access.signingKey.publicJwk] : [] }),
  });
  const request = bearing(await access.accessToken(testUsers.customer));
  await authorize('customer', request);
  keys.published = false;
  clock.now += 5 * 60_000 + 1;
  expect(await problemOf(authorize('customer', request))).toMatchObject({ status: 401 });
});
