import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CachedLookup } from './cached-lookup.ts';
import type { Instance } from './discovery.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const instance = (id: string): Instance => ({ id, host: '10.0.0.1', port: 8080 });

type Answer = readonly Instance[] | Error | 'nothing';

/** A lookup whose answer can be changed; it takes `tookMs` of virtual time. */
function createLookup(answer: Answer, { tookMs = 10, random = 0.5 } = {}) {
  const state = { answer, tookMs, asked: 0, underWay: 0, mostUnderWay: 0 };
  const errors: unknown[] = [];
  const lookup = new CachedLookup(
    (signal) => {
      state.asked += 1;
      state.underWay += 1;
      state.mostUnderWay = Math.max(state.mostUnderWay, state.underWay);
      const { promise, resolve, reject } = Promise.withResolvers<readonly Instance[]>();
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
      const given = state.answer;
      if (given instanceof Error) setTimeout(reject, state.tookMs, given);
      else if (given !== 'nothing') setTimeout(resolve, state.tookMs, given);
      return promise.finally(() => (state.underWay -= 1));
    },
    { onError: (error) => errors.push(error), now: () => performance.now(), random: () => random },
  );
  return { lookup, state, errors };
}

/** What a call gets after it has waited as long as it does. */
async function call(lookup: CachedLookup): Promise<{ ids: string[] | undefined; waitedMs: number }> {
  const started = performance.now();
  let ended = started;
  const found = lookup.current().then(
    (instances) => instances.map(({ id }) => id),
    () => undefined,
  );
  void found.then(() => (ended = performance.now()));
  await vi.advanceTimersByTimeAsync(1500);
  const ids = await found;
  return { ids, waitedMs: ended - started };
}

/** Lets time pass with a call in every second, and gives the longest that one waited. */
async function callFor(seconds: number, lookup: CachedLookup): Promise<number> {
  let longestMs = 0;
  for (let passedMs = 0; passedMs < seconds * 1000; passedMs += 1500) {
    longestMs = Math.max(longestMs, (await call(lookup)).waitedMs);
  }
  return longestMs;
}

describe('while lookups are answered', () => {
  test('many first calls share one', async () => {
    const { lookup, state } = createLookup([instance('a')]);
    const calls = Promise.all(Array.from({ length: 50 }, () => lookup.current()));
    await vi.advanceTimersByTimeAsync(10);
    expect((await calls).every(([found]) => found?.id === 'a')).toBe(true);
    expect(state.asked).toBe(1);
  });

  test('a service that is called often is asked for about every seven seconds, and nobody waits', async () => {
    const { lookup, state } = createLookup([instance('a')]);
    await call(lookup);
    expect(await callFor(60, lookup)).toBe(0);
    expect(state.asked).toBeGreaterThanOrEqual(7);
    expect(state.asked).toBeLessThanOrEqual(10);
  });

  test.each([0, 0.5, 0.999])(
    'nobody is given instances that were found more than ten seconds ago (%d)',
    async (random) => {
      const { lookup, state } = createLookup([instance('old')], { random });
      await call(lookup);
      state.answer = [instance('new')];
      await vi.advanceTimersByTimeAsync(10_000);
      expect((await call(lookup)).ids).toEqual(['new']);
    },
  );

  test('the tasks of a deployment do not ask at the same time', async () => {
    const moments = new Set<number>();
    for (const random of [0, 0.25, 0.5, 0.75]) {
      const { lookup, state } = createLookup([instance('a')], { random });
      await call(lookup);
      const askedAt = performance.now();
      while (state.asked === 1) {
        await lookup.current();
        await vi.advanceTimersByTimeAsync(50);
      }
      moments.add(performance.now() - askedAt);
    }
    expect(moments.size).toBe(4);
  });

  test('a service that has no instance yet is asked for again a second later', async () => {
    const { lookup, state } = createLookup([]);
    expect((await call(lookup)).ids).toEqual([]);
    state.answer = [instance('a')];
    expect((await call(lookup)).ids).toEqual(['a']);
  });
});

describe('while lookups fail', () => {
  test('for a minute, everybody is given the instances that were found last, at once', async () => {
    const { lookup, state, errors } = createLookup([instance('a')]);
    await call(lookup);
    state.answer = new Error('api is down');
    const longestMs = await callFor(60, lookup);
    expect(longestMs).toBeLessThanOrEqual(10);
    expect((await call(lookup)).ids).toEqual(['a']);
    expect(errors.length).toBeGreaterThan(10);
    const asked = state.asked;
    for (let time = 0; time < 20; time++) {
      await lookup.current();
      await vi.advanceTimersByTimeAsync(100);
    }
    // About once a second, not once for every call.
    expect(state.asked - asked).toBeLessThanOrEqual(3);

    state.answer = [instance('b')];
    await callFor(4, lookup);
    expect((await call(lookup)).ids).toEqual(['b']);
  });

  test('because they are never answered, one call waits for a second and the others not at all', async () => {
    const { lookup, state, errors } = createLookup([instance('a')]);
    await call(lookup);
    state.answer = 'nothing';
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await call(lookup)).toEqual({ ids: ['a'], waitedMs: 1000 });
    expect(await callFor(30, lookup)).toBe(0);
    expect(errors.length).toBeGreaterThanOrEqual(4);
    expect(state.mostUnderWay).toBe(1);
  });

  test('from the start, calls end with the reason within a second', async () => {
    const { lookup } = createLookup(new Error('no such service'));
    const failed = expect(lookup.current()).rejects.toThrow('no such service');
    await vi.advanceTimersByTimeAsync(10);
    await failed;
    const { lookup: silent } = createLookup('nothing');
    expect(await call(silent)).toEqual({ ids: undefined, waitedMs: 1000 });
  });

  test('from the start, an answer that comes late is of use to later calls', async () => {
    const { lookup } = createLookup([instance('a')], { tookMs: 1800 });
    expect(await call(lookup)).toEqual({ ids: undefined, waitedMs: 1000 });
    expect((await call(lookup)).ids).toEqual(['a']);
  });
});

test('disposing ends the lookup under way, and is no failure', async () => {
  const { lookup, state, errors } = createLookup('nothing');
  const failed = expect(lookup.current()).rejects.toThrow('disposed');
  lookup[Symbol.dispose]();
  await failed;
  expect([state.underWay, errors.length]).toEqual([0, 0]);
});
