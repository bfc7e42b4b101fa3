import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Breaker, type End, type Outcome } from './breaker.ts';

/** Opens a breaker at time 0, by a refusal. */
function openBreaker(): Breaker {
  const breaker = new Breaker();
  breaker.begin()('unreachable', 0);
  return breaker;
}

describe('a breaker', () => {
  test('opens after three failures in a row, and an answer between them starts the count again', () => {
    const breaker = new Breaker();
    const outcomes: Outcome[] = ['failed', 'failed', 'succeeded', 'failed', 'failed', 'unknown'];
    for (const outcome of outcomes) breaker.begin()(outcome, 0);
    expect(breaker.admits(0)).toBe(true);
    expect(breaker.begin()('failed', 0)).toEqual({ type: 'opened', forMs: 1000 });
    expect(breaker.admits(0)).toBe(false);
  });

  test('opens at the first refusal', () => {
    expect(openBreaker().admits(0)).toBe(false);
  });

  test('lets a single request through when its time is over, and closes when that is answered', () => {
    const breaker = openBreaker();
    expect(breaker.admits(999)).toBe(false);
    expect(breaker.admits(1000)).toBe(true);
    const end = breaker.begin();
    expect(breaker.admits(1000)).toBe(false);
    expect(end('succeeded', 1500)).toEqual({ type: 'closed' });
    expect(breaker.admits(1500)).toBe(true);
  });

  test('stays open for twice as long with every probe that fails, and for half a minute at most', () => {
    const breaker = openBreaker();
    const times = Array.from({ length: 7 }, () => breaker.begin()('failed', breaker.openUntil ?? 0));
    expect(times.map((change) => change?.type === 'opened' && change.forMs)).toEqual([
      2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
    ]);
  });

  test('is open for a second again, the next time, once a probe was answered', () => {
    const breaker = openBreaker();
    breaker.begin()('failed', 1000);
    breaker.begin()('succeeded', 3000);
    expect(breaker.begin()('unreachable', 3000)).toEqual({ type: 'opened', forMs: 1000 });
  });

  test('lets another probe through where the first was ended by somebody else', () => {
    const breaker = openBreaker();
    breaker.begin()('unknown', 1000);
    expect(breaker.admits(1000)).toBe(true);
  });

  test('learns nothing from requests that began before it opened', () => {
    const breaker = new Breaker();
    const early = breaker.begin();
    const late = breaker.begin();
    const refused = breaker.begin();
    breaker.begin()('unreachable', 0);
    expect(early('succeeded', 10)).toBeUndefined();
    expect(late('failed', 20)).toBeUndefined();
    expect(refused('unreachable', 30)).toBeUndefined();
    expect(breaker.openUntil).toBe(1000);
  });
});

type Step = { type: 'begin' } | { type: 'end'; which: number; outcome: Outcome } | { type: 'wait'; ms: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant({ type: 'begin' as const }) },
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constant('end' as const),
        which: fc.nat(20),
        outcome: fc.constantFrom<Outcome>('succeeded', 'failed', 'unreachable', 'unknown'),
      }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.nat(40_000) }) },
  ),
  { maxLength: 200 },
);

test('whatever happens: no request before its time, one probe at a time, and every open breaker is probed in the end', () => {
  fc.assert(
    fc.property(steps, (history) => {
      const breaker = new Breaker();
      const underWay: { end: End; isProbe: boolean }[] = [];
      let now = 0;
      for (const step of history) {
        const { openUntil } = breaker;
        if (step.type === 'wait') now += step.ms;
        else if (step.type === 'begin') {
          const isProbing = underWay.some(({ isProbe }) => isProbe);
          expect(breaker.admits(now)).toBe(openUntil === undefined || (now >= openUntil && !isProbing));
          if (breaker.admits(now)) underWay.push({ end: breaker.begin(), isProbe: openUntil !== undefined });
        } else {
          const [ended] = underWay.splice(step.which % Math.max(underWay.length, 1), 1);
          const change = ended?.end(step.outcome, now);
          if (change?.type === 'opened') expect(breaker.openUntil).toBe(now + change.forMs);
          if (change?.type === 'closed') expect([ended?.isProbe, step.outcome]).toEqual([true, 'succeeded']);
          if (openUntil !== undefined && !ended?.isProbe) expect(breaker.openUntil).toBe(openUntil);
        }
      }
      for (const { end } of underWay) end('unknown', now);
      expect(breaker.admits(now + 30_000)).toBe(true);
    }),
  );
});
