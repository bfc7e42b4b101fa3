import { createTestAccess, createTestSecret } from '@fairlead/auth/testing';
import type { RotatingSecret, SecretVersions } from '@fairlead/secrets';
import { expect, test } from 'vitest';
import { bearing } from '../test/requests.ts';
import { createAuthorize } from './create-authorize.ts';
import { createCallSigner } from './create-call-signer.ts';
import { serviceTokenRules } from './token-rules.ts';

/** Payments, which calls catalog, with the key that catalog knows it by. */
async function createFixture() {
  const clock = { now: Date.parse('2026-11-21T10:00:00Z') };
  const now = () => clock.now;
  const access = await createTestAccess({ service: 'catalog', callers: ['payments'], now });
  const secret = access.callerKeys.get('payments')!;
  const sign = createCallSigner({ service: 'payments', callKeys: new Map([['catalog', secret]]), now });
  return { access, clock, secret, sign, authorize: createAuthorize(access) };
}

/** What a task knows of a secret that it reads once and then again only when told to. */
function readOnce(secret: RotatingSecret<string>): RotatingSecret<string> & { refreshed: number } {
  let known: SecretVersions<string> | undefined;
  const versions = async () => (known ??= await secret.versions());
  return {
    refreshed: 0,
    versions,
    current: async () => (await versions()).current,
    async refresh() {
      this.refreshed += 1;
      known = undefined;
      return (await versions()).current;
    },
  };
}

test('the call of a service is taken by the service that it calls', async () => {
  const { sign, authorize } = await createFixture();
  expect(await authorize('service', bearing(await sign('catalog')))).toEqual({ service: 'payments' });
});

test('one token serves the calls of some minutes and is replaced before it ends', async () => {
  const { clock, sign, authorize } = await createFixture();
  const first = await sign('catalog');
  const { lifetimeSeconds, renewBeforeSeconds } = serviceTokenRules;
  clock.now += (lifetimeSeconds - renewBeforeSeconds) * 1000 - 1;
  expect(await sign('catalog')).toBe(first);
  expect(await authorize('service', bearing(first))).toEqual({ service: 'payments' });
  clock.now += 1;
  expect(await sign('catalog')).not.toBe(first);
});

test('a rotated key signs the very next call', async () => {
  const { secret, sign, authorize } = await createFixture();
  const before = await sign('catalog');
  secret.rotate('n'.repeat(64));
  const after = await sign('catalog');
  expect(after).not.toBe(before);
  expect(await authorize('service', bearing(after))).toEqual({ service: 'payments' });
});

test('the keys of before and after a rotation are taken while it is under way', async () => {
  const { secret, sign, authorize, access } = await createFixture();
  const before = await sign('catalog');
  secret.rotate('n'.repeat(64));
  expect(await authorize('service', bearing(before))).toEqual({ service: 'payments' });
  secret.announce('p'.repeat(64));
  const { pending } = await secret.versions();
  const ahead = createCallSigner({
    service: 'payments',
    callKeys: new Map([['catalog', createTestSecret(pending!.value.reveal())]]),
    now: access.now!,
  });
  expect(await authorize('service', bearing(await ahead('catalog')))).toEqual({ service: 'payments' });
});

test('a key from two rotations ago is worth nothing, though its token was taken before', async () => {
  const { secret, sign, authorize } = await createFixture();
  const old = bearing(await sign('catalog'));
  await authorize('service', old);
  secret.rotate('n'.repeat(64));
  secret.rotate('m'.repeat(64));
  await expect(async () => authorize('service', old)).rejects.toMatchObject({ status: 401 });
});

test('a key that was rotated a moment ago is looked up before its call is refused', async () => {
  const { access, secret, sign } = await createFixture();
  const authorize = createAuthorize({ ...access, callerKeys: new Map([['payments', readOnce(secret)]]) });
  await authorize('service', bearing(await sign('catalog')));
  secret.rotate('n'.repeat(64));
  const calls = await Promise.all(Array.from({ length: 20 }, async () => bearing(await sign('catalog'))));
  const callers = await Promise.all(calls.map(async (call) => authorize('service', call)));
  expect(callers).toEqual(calls.map(() => ({ service: 'payments' })));
});

test('forged calls make it look up the key no more than once a second', async () => {
  const { access, clock, secret } = await createFixture();
  const known = readOnce(secret);
  const authorize = createAuthorize({ ...access, callerKeys: new Map([['payments', known]]) });
  const { 'of a call with another key': forged = '' } = await access.invalidTokens();
  for (let call = 0; call < 100; call++) {
    await expect(async () => authorize('service', bearing(forged))).rejects.toMatchObject({ status: 401 });
    clock.now += 100;
  }
  expect(known.refreshed).toBe(10);
});

test('a call is neither good nor bad while the keys cannot be read', async () => {
  const { access, sign } = await createFixture();
  const fail = () => Promise.reject(new Error('Secrets Manager is down'));
  const secret = { current: fail, versions: fail, refresh: fail };
  const authorize = createAuthorize({ ...access, callerKeys: new Map([['payments', secret]]) });
  const call = bearing(await sign('catalog'));
  await expect(async () => authorize('service', call)).rejects.toMatchObject({ code: 'request/unverifiable' });
});

test('a key that was rotated twice since it was read signs again once its call was refused', async () => {
  const { access, clock, secret, authorize } = await createFixture();
  const known = readOnce(secret);
  const sign = createCallSigner({
    service: 'payments',
    callKeys: new Map([['catalog', known]]),
    now: () => clock.now,
  });
  await sign('catalog');
  secret.rotate('n'.repeat(64));
  secret.rotate('m'.repeat(64));
  const refused = await sign('catalog');
  await expect(async () => authorize('service', bearing(refused))).rejects.toMatchObject({ status: 401 });
  const again = await sign('catalog', { isRefused: true });
  expect(await authorize('service', bearing(again))).toEqual({ service: 'payments' });
  expect(await sign('catalog')).toBe(again);
  expect(await createAuthorize(access)('service', bearing(again))).toEqual({ service: 'payments' });
});

test('a refusal that has nothing to do with the key changes no token', async () => {
  const { sign } = await createFixture();
  const token = await sign('catalog');
  expect(await sign('catalog', { isRefused: true })).toBe(token);
});

test('a call that is not declared cannot be signed', async () => {
  const { sign } = await createFixture();
  await expect(sign('users')).rejects.toThrow('payments has no key for calls to users');
});
