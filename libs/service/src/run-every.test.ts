import { expect, test, vi } from 'vitest';
import { runEvery } from './run-every.ts';

test('work is done again and again, never twice at once, also after it failed', async () => {
  const errors: unknown[] = [];
  let running = 0;
  let runs = 0;
  const done = Promise.withResolvers<undefined>();
  await using _loop = runEvery({
    intervalMs: 1,
    async work() {
      running += 1;
      runs += 1;
      expect(running).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      if (runs === 10) done.resolve(undefined);
      if (runs % 2 === 0) throw new Error(`run ${runs}`);
    },
    onError: (error) => void errors.push(error),
  });
  await done.promise;
  await vi.waitFor(() => {
    expect(errors.length).toBeGreaterThanOrEqual(5);
  });
});

test('disposing of it waits for the run under way, tells it to end, and begins no other', async () => {
  const begun = Promise.withResolvers<AbortSignal>();
  const finish = Promise.withResolvers<undefined>();
  let runs = 0;
  const loop = runEvery({
    intervalMs: 1,
    async work(signal) {
      runs += 1;
      begun.resolve(signal);
      await finish.promise;
    },
    onError: () => undefined,
  });
  const signal = await begun.promise;
  let disposed = false;
  const disposing = loop[Symbol.asyncDispose]().then(() => {
    disposed = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect([signal.aborted, disposed]).toEqual([true, false]);
  finish.resolve(undefined);
  await disposing;
  expect(runs).toBe(1);
});
