import fc from 'fast-check';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { card, summarizeCard } from './card.ts';

const VALID = { number: '4242424242424242', expiryMonth: 12, expiryYear: 2030, cvc: '123' };

test('one mistyped digit is always noticed', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 15 }), fc.integer({ min: 1, max: 9 }), (position, change) => {
      const digits = Array.from(VALID.number);
      digits[position] = String((Number(digits[position]) + change) % 10);
      expect(card.safeParse({ ...VALID, number: digits.join('') }).success).toBe(false);
    }),
  );
});

test('a card that was parsed cannot be printed by accident', () => {
  const parsed = card.parse(VALID);
  for (const text of [JSON.stringify({ parsed }), inspect(parsed), String(parsed)]) expect(text).not.toContain('4242');
  expect(parsed.reveal()).toEqual(VALID);
});

test.each([
  ['4242424242424242', 'visa'],
  ['5555555555554444', 'mastercard'],
  ['2223003122003222', 'mastercard'],
  ['378282246310005', 'amex'],
  ['6011111111111117', 'other'],
])('of %s only the brand %s and the last four digits are known', (number, brand) => {
  expect(summarizeCard({ ...VALID, number })).toEqual({ brand, last4: number.slice(-4) });
});
