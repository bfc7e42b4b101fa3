/** Who works on a row at the moment: changes with another lease are refused by the database. */
export interface Leased<Row> {
  row: Row;
  lease: string;
}

/** How long work may rest, all in milliseconds. */
export interface RecoveryTimes {
  /** How long a row is left to who took it; every step begins it anew, so it must exceed the longest step. */
  leaseMs: number;
  /** How long a purchase waits for its customer to send it again, before it is given up: only they have the card. */
  abandonMs: number;
}

/** Thrown where somebody else took the row, because this worker was silent for longer than its lease. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

const LONGEST_BACKOFF_MS = 60_000;

/** How long until the next attempt: doubled each time, half of it at random, so that an outage does not end in a rush. */
export function backoffMs(attempts: number, random: () => number = Math.random): number {
  const longest = Math.min(1000 * 2 ** Math.min(attempts, 10), LONGEST_BACKOFF_MS);
  return Math.round(longest * (0.5 + 0.5 * random()));
}
