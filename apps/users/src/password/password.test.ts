import { expect, test } from 'vitest';
import commonPasswords from './common-passwords.json' with { type: 'json' };
import { chosenPassword } from './password.ts';

test('no password is taken of the thousands that are tried first', () => {
  expect(new Set(commonPasswords).size).toBeGreaterThanOrEqual(3000);
  for (const password of commonPasswords) {
    expect(password.length).toBeGreaterThanOrEqual(8);
    expect(chosenPassword.safeParse(password).success, password).toBe(false);
    expect(chosenPassword.safeParse(password.toUpperCase()).success, password).toBe(false);
    expect(chosenPassword.safeParse(`${password} and more`).success, password).toBe(true);
  }
});

test.each([
  'aaaaaaaa!',
  '        9',
  'nur kleine buchstaben',
  'パスワードです。はい',
  '\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007',
])('characters and their composition are free: %j', (password) => {
  expect(chosenPassword.parse(password)).toBe(password.normalize('NFC'));
});
