import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatMoney } from './money.ts';

test.each([
  [1250n, 'EUR', '12.50 EUR'],
  [5n, 'USD', '0.05 USD'],
  [0n, 'EUR', '0.00 EUR'],
  [1250n, 'JPY', '1250 JPY'],
  [1250n, 'KWD', '1.250 KWD'],
  [-1205n, 'EUR', '-12.05 EUR'],
  [9_007_199_254_740_993n, 'EUR', '90071992547409.93 EUR'],
])('%s minor units of %s are written %s', (amount, currency, text) => {
  expect(formatMoney({ amount, currency })).toBe(text);
});

test('no digit is lost, whatever the amount and the currency', () => {
  fc.assert(
    fc.property(fc.bigInt(), fc.constantFrom('EUR', 'JPY', 'KWD', 'USD'), (amount, currency) => {
      expect(BigInt(formatMoney({ amount, currency }).replace(/[^\d-]/g, ''))).toBe(amount);
    }),
  );
});
