import { expect, test } from 'vitest';
import { restartDelayMs } from './restart-delay.ts';

test.for([
  [0, 0],
  [1, 0],
  [2, 500],
  [3, 1000],
  [4, 2000],
  [7, 16_000],
  [8, 30_000],
  [2000, 30_000],
] as const)('after %i failures in a row the next task waits %i ms', ([failures, delayMs]) => {
  expect(restartDelayMs(failures)).toBe(delayMs);
});
