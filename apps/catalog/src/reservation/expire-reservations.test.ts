import { expect, test } from 'vitest';
import { expireReservations } from './expire-reservations.ts';

interface Told {
  expired: number[];
  errors: unknown[];
}

/** Expiry of so many at a time, and what it told until there were no more. */
async function runExpiry(batches: (number | Error)[]): Promise<Told> {
  const told: Told = { expired: [], errors: [] };
  const { promise: done, resolve: end } = Promise.withResolvers<undefined>();
  await using _expiry = expireReservations({
    intervalMs: 1,
    reservations: {
      expire() {
        const batch = batches.shift() ?? 0;
        if (batches.length === 0) end(undefined);
        return batch instanceof Error ? Promise.reject(batch) : Promise.resolve(batch);
      },
    },
    events: {
      expired: (count) => told.expired.push(count),
      expiryFailed: (error) => told.errors.push(error),
    },
  });
  await done;
  return told;
}

test('expiry goes on until nothing is left, and says how much it released', async () => {
  expect(await runExpiry([50, 7, 0])).toEqual({ expired: [50, 7], errors: [] });
});

test('expiry that fails is told, and tried again', async () => {
  const failure = new Error('no database');
  expect(await runExpiry([failure, 3, 0])).toEqual({ expired: [3], errors: [failure] });
});
