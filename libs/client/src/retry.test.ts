import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RetryBudget } from './retry-budget.ts';
import { retryDelayMs } from './retry-delay.ts';

test('no history of answers and failures earns more retries than ten and a tenth of the answers', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 400 }), (history) => {
      const budget = new RetryBudget();
      let answered = 0;
      let retries = 0;
      for (const isAnswered of history) {
        if (isAnswered) {
          answered += 1;
          budget.earn();
        } else if (budget.spend()) retries += 1;
      }
      expect(retries).toBeLessThanOrEqual(10 + answered / 10);
    }),
  );
});

test('a budget that is used up earns a retry with ten answers', () => {
  const budget = new RetryBudget();
  while (budget.spend());
  for (let answer = 0; answer < 11; answer++) budget.earn();
  expect(budget.spend()).toBe(true);
  expect(budget.spend()).toBe(false);
});

test('a budget holds a hundred retries at most, however long all was well', () => {
  const budget = new RetryBudget();
  for (let answer = 0; answer < 100_000; answer++) budget.earn();
  let retries = 0;
  while (budget.spend()) retries += 1;
  expect(retries).toBe(100);
});

test('a retry waits as long as the callee asks, and then anything up to a limit that doubles', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(5000), (attempt, retryAfterMs) => {
      const delay = (random: number) => retryDelayMs({ attempt, retryAfterMs, random: () => random });
      expect(delay(0)).toBe(retryAfterMs);
      expect(delay(1)).toBe(retryAfterMs + Math.min(50 * 2 ** (attempt - 1), 500));
    }),
  );
});
