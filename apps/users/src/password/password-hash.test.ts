import { expect, test } from 'vitest';
import { settings } from '../config.ts';
import { hasOtherCost, hashPassword, matchesHash } from './password-hash.ts';

const cheap = { memoryKiB: 64, passes: 1 };

test('hashes cost what ASVS 5 asks for, and cannot be set to cost less', async () => {
  const { passwordMemoryKiB: memory, passwordPasses: passes } = settings;
  const cost = { memoryKiB: memory.schema.parse(memory.default!), passes: passes.schema.parse(passes.default!) };
  expect(await hashPassword('correct horse', cost)).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$.{22}\$.{43}$/);
  expect(memory.schema.safeParse('19455').success).toBe(false);
  expect(passes.schema.safeParse('1').success).toBe(false);
});

test('each hash has a salt of its own and matches its password alone', async () => {
  const [first, second] = await Promise.all([
    hashPassword('correct horse', cheap),
    hashPassword('correct horse', cheap),
  ]);
  expect(first).not.toBe(second);
  expect(await matchesHash('correct horse', first)).toBe(true);
  expect(await matchesHash('correct horse', second)).toBe(true);
  expect(await matchesHash('correct Horse', first)).toBe(false);
});

test('no part of a long password is left out', async () => {
  const long = 'x'.repeat(127);
  const hash = await hashPassword(`${long}a`, cheap);
  expect(await matchesHash(`${long}b`, hash)).toBe(false);
  expect(await matchesHash(`${'x'.repeat(72)}${'y'.repeat(56)}`, hash)).toBe(false);
});

test('a hash of another tool in the same form is understood', async () => {
  // The reference implementation: echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1 -l 32 -e
  const reference = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
  expect(await matchesHash('password', reference)).toBe(true);
});

test('a hash knows whether it was made at this cost', async () => {
  const hash = await hashPassword('correct horse', cheap);
  expect(hasOtherCost(hash, cheap)).toBe(false);
  expect(hasOtherCost(hash, { ...cheap, passes: 2 })).toBe(true);
  expect(hasOtherCost(hash, { ...cheap, memoryKiB: 128 })).toBe(true);
});

test.each(['', 'plain', '$2b$10$abcdefghijklmnopqrstuv', '$argon2i$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$aGFzaA'])(
  'what is no hash of ours is a fault of ours and no wrong password: "%s"',
  async (text) => {
    await expect(matchesHash('password', text)).rejects.toThrow('is not argon2id');
  },
);
