import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomPassword } from './random-password.ts';

const TYPES = {
  excludeUppercase: /[A-Z]/,
  excludeLowercase: /[a-z]/,
  excludeNumbers: /[0-9]/,
  excludePunctuation: /[!-/:-@[-`{-~]/,
};

const request = fc.record({
  length: fc.integer({ min: 4, max: 80 }),
  excludeCharacters: fc.constantFrom('', 'aB1!', '"@/\\'),
  excludeNumbers: fc.boolean(),
  excludePunctuation: fc.boolean(),
  excludeUppercase: fc.boolean(),
  excludeLowercase: fc.constant(false),
  includeSpace: fc.boolean(),
  requireEachIncludedType: fc.boolean(),
});

test('has the length asked for, nothing that is excluded and, where required, every type', () => {
  fc.assert(
    fc.property(request, (asked) => {
      const password = randomPassword(asked);
      expect(password).toHaveLength(asked.length);
      for (const letter of asked.excludeCharacters) expect(password).not.toContain(letter);
      if (!asked.includeSpace) expect(password).not.toContain(' ');
      for (const [exclusion, letters] of Object.entries(TYPES)) {
        const excluded = asked[exclusion as keyof typeof TYPES];
        if (excluded) expect(password).not.toMatch(letters);
        else if (asked.requireEachIncludedType) expect(password).toMatch(letters);
      }
    }),
  );
});

test('is refused where it would be too short for the types or has no letters', () => {
  const asked = { length: 3, excludeCharacters: '', requireEachIncludedType: true, includeSpace: false };
  const types = { excludeNumbers: false, excludePunctuation: false, excludeUppercase: false, excludeLowercase: false };
  const none = { excludeNumbers: true, excludePunctuation: true, excludeUppercase: true, excludeLowercase: true };
  expect(() => randomPassword({ ...asked, ...types })).toThrow(
    'Password length is too short based on the required types.',
  );
  expect(() => randomPassword({ ...asked, ...none })).toThrow(/exclude every character/);
});
