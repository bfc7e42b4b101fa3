import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ForcedSamples } from './forced-samples.ts';

test('however the requests come, no second has more than twice as many, and no hour more than it should', () => {
  const pauses = fc.array(fc.oneof(fc.constant(0), fc.nat(50), fc.nat(5000)), { minLength: 1, maxLength: 500 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), pauses, (perSecond, pausesMs) => {
      let now = 0;
      const samples = new ForcedSamples(perSecond, () => now);
      const taken: number[] = [];
      for (const pauseMs of pausesMs) {
        now += pauseMs;
        if (samples.take()) taken.push(now);
      }
      // Fractions of a request do not add up exactly.
      const most = (ms: number) => perSecond + (ms / 1000) * perSecond + 0.001;
      for (const [index, from] of taken.entries()) {
        const within = taken.slice(index).filter((at) => at - from <= 1000);
        expect(within.length).toBeLessThanOrEqual(most(1000));
      }
      expect(taken.length).toBeLessThanOrEqual(most(now));
    }),
  );
});

test('all that come at the pace that is allowed are taken', () => {
  let now = 0;
  const samples = new ForcedSamples(10, () => now);
  for (let request = 0; request < 1000; request += 1) {
    expect(samples.take()).toBe(true);
    now += 101;
  }
});

test('0 is none', () => {
  let now = 0;
  const samples = new ForcedSamples(0, () => now);
  expect(samples.take()).toBe(false);
  now += 3_600_000;
  expect(samples.take()).toBe(false);
});
