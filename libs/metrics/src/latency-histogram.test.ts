import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LatencyHistogram } from './latency-histogram.ts';

/** What the lib promises, between 0.1 ms and 100 s. */
const MAX_ERROR = 0.073;

const fill = (durations: readonly number[]): LatencyHistogram => {
  const histogram = new LatencyHistogram();
  for (const duration of durations) histogram.record(duration);
  return histogram;
};

/** The smallest value that so great a part of all is not above. */
function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(Math.ceil(part * sorted.length) - 1, 0)]!;
}

const expand = ({ Values, Counts }: { Values: number[]; Counts: number[] }) =>
  Values.flatMap((value, index) => Array.from({ length: Counts[index]! }, () => value));

const duration = fc.double({ min: 0.1, max: 100_000, noNaN: true });

test.for([0.5, 0.9, 0.99])('the percentile %f is as close to the exact one as promised', (part) => {
  fc.assert(
    fc.property(fc.array(duration, { minLength: 1, maxLength: 500 }), (durations) => {
      const exact = percentile(durations, part);
      const found = percentile(expand(fill(durations).toDistribution()), part);
      expect(Math.abs(found - exact) / exact).toBeLessThanOrEqual(MAX_ERROR);
    }),
  );
});

test('number, sum and extremes are exact, and no value lies outside of them', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e7, noNaN: true }), { minLength: 1 }), (durations) => {
      const { Values, Counts, Count, Sum, Min, Max } = fill(durations).toDistribution();
      expect({ Count, Min, Max }).toEqual({
        Count: durations.length,
        Min: Math.min(...durations),
        Max: Math.max(...durations),
      });
      const sum = durations.reduce((total, one) => total + one, 0);
      expect(Math.abs(Sum - sum)).toBeLessThanOrEqual(0.001 + sum * 1e-9);
      expect(Counts.reduce((total, one) => total + one, 0)).toBe(durations.length);
      for (const value of Values) {
        expect(value).toBeGreaterThanOrEqual(Min);
        expect(value).toBeLessThanOrEqual(Max);
      }
    }),
  );
});

describe('CloudWatch takes', () => {
  test('every duration there can be in 100 values', () => {
    const durations = Array.from({ length: 3000 }, (_, index) => 1.01 ** (index - 1000));
    const { Values, Counts } = fill(durations).toDistribution();
    expect(Values.length).toBeLessThanOrEqual(100);
    expect(new Set(Values).size).toBe(Values.length);
    expect(Counts).toHaveLength(Values.length);
  });

  test('a duration of nothing', () => {
    expect(fill([0, 0]).toDistribution()).toEqual({ Values: [0], Counts: [2], Max: 0, Min: 0, Count: 2, Sum: 0 });
  });
});
