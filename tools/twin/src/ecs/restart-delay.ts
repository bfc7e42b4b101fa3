const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;

/** How long to wait before a task is started again: not at all after one failure, then twice as long after each. */
export const restartDelayMs = (failures: number): number =>
  failures < 2 ? 0 : Math.min(FIRST_DELAY_MS * 2 ** (failures - 2), LONGEST_DELAY_MS);
