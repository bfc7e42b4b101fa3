const BASE_MS = 50;
const LONGEST_MS = 500;

export interface RetryDelayOptions {
  /** Of the attempt that failed: 1 for the first. */
  attempt: number;
  /** What the callee asked for. */
  retryAfterMs: number;
  random: () => number;
}

/** How long to wait before the next attempt: exponential with full jitter, which spreads retries best, and as long as the callee asks. */
export function retryDelayMs({ attempt, retryAfterMs, random }: RetryDelayOptions): number {
  return retryAfterMs + random() * Math.min(BASE_MS * 2 ** (attempt - 1), LONGEST_MS);
}
