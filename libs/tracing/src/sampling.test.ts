import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RandomIds } from './random-ids.ts';
import { isSampled, Sampling } from './sampling.ts';
import type { CallerTrace } from './trace-headers.ts';

const SOME = 20_000;

test.for([1, 5, 50, 99])('about %i of a hundred new traces are sampled', (percent) => {
  const ids = new RandomIds();
  const sampled = Array.from({ length: SOME }, () => ids.traceId()).filter((id) => isSampled(id, percent)).length;
  // Six standard deviations: one run in five hundred million fails.
  const deviation = 6 * Math.sqrt(SOME * (percent / 100) * (1 - percent / 100));
  expect(Math.abs(sampled - (SOME * percent) / 100)).toBeLessThan(deviation);
});

test('0 is none and 100 is all', () => {
  for (const id of ['0'.repeat(31) + '1', 'f'.repeat(32)]) {
    expect(isSampled(id, 0)).toBe(false);
    expect(isSampled(id, 100)).toBe(true);
  }
});

test('a trace that is sampled at some percentage is so at every higher one', () => {
  const percent = fc.integer({ min: 0, max: 100 });
  fc.assert(
    fc.property(percent, percent, (one, other) => {
      const id = new RandomIds().traceId();
      if (isSampled(id, Math.min(one, other))) expect(isSampled(id, Math.max(one, other))).toBe(true);
    }),
  );
});

describe('a request', () => {
  const THROUGH_LOAD_BALANCER = { 'x-forwarded-for': '192.0.2.1' };
  const traceId = 'f'.repeat(32);
  const asked: CallerTrace = { traceId, parentId: 'a'.repeat(16), sampled: true };

  function start({ samplePercent = 0, forcedPerSecond = 10 } = {}) {
    const clock = { now: 0 };
    const sampling = new Sampling({ samplePercent, forcedPerSecond, now: () => clock.now }, new RandomIds());
    /** How many of so many requests at once are sampled. */
    const count = (requests: number, headers: Record<string, string>, caller: CallerTrace) =>
      Array.from({ length: requests }, () => sampling.includes(caller.traceId, headers, caller)).filter(Boolean).length;
    return { clock, count };
  }

  test('from outside that asks for a trace gets it ten times a second, whoever else it says to be', () => {
    const { clock, count } = start();
    const pretending = { ...THROUGH_LOAD_BALANCER, 'x-fairlead-service': 'catalog' };
    expect(count(1000, pretending, asked)).toBe(10);
    clock.now += 500;
    expect(count(1000, THROUGH_LOAD_BALANCER, asked)).toBe(5);
    clock.now += 60_000;
    expect(count(1000, THROUGH_LOAD_BALANCER, asked)).toBe(10);
  });

  test('from outside that asks for more has the chance of every other', () => {
    const sampled = start({ samplePercent: 50 }).count(SOME, THROUGH_LOAD_BALANCER, asked);
    expect(Math.abs(sampled - SOME / 2)).toBeLessThan(10 + 6 * Math.sqrt(SOME / 4));
  });

  test('from outside cannot choose an id that is always sampled', () => {
    const chosen = { traceId: '1'.padEnd(32, '0') };
    expect(isSampled(chosen.traceId, 1)).toBe(true);
    const { count } = start({ samplePercent: 1 });
    expect(count(SOME, THROUGH_LOAD_BALANCER, chosen)).toBeLessThan(SOME / 50);
    expect(count(SOME, THROUGH_LOAD_BALANCER, { ...chosen, sampled: true })).toBeLessThan(SOME / 50);
  });

  test('from outside is never traced for the asking where that is set to 0', () => {
    expect(start({ forcedPerSecond: 0 }).count(1000, THROUGH_LOAD_BALANCER, asked)).toBe(0);
  });

  test('of another service is traced as that service says, however many there are', () => {
    const { count } = start({ forcedPerSecond: 0 });
    expect(count(1000, {}, asked)).toBe(1000);
    expect(start({ samplePercent: 100 }).count(1000, {}, { ...asked, sampled: false })).toBe(0);
  });

  test('whose caller does not want a trace has none, from wherever it comes', () => {
    const { count } = start({ samplePercent: 100 });
    expect(count(1000, THROUGH_LOAD_BALANCER, { ...asked, sampled: false })).toBe(0);
  });
});
