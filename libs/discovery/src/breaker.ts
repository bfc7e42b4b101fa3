/** What the use of an instance showed; `unknown` where it was ended by somebody else. */
export type Outcome = 'succeeded' | 'failed' | 'unreachable' | 'unknown';

/** What an outcome changed. */
export type Change = { type: 'opened'; forMs: number } | { type: 'closed' } | undefined;

/** Ends a use that {@link Breaker.begin} began; to be called once. */
export type End = (outcome: Outcome, now: number) => Change;

const FAILURES_TO_OPEN = 3;
const FIRST_OPEN_MS = 1000;
const LONGEST_OPEN_MS = 30_000;

/**
 * The circuit breaker of one instance: opens after three failures in a row, or one refusal, and closes when a single probe
 * succeeds. Every probe that fails doubles the time to the next one. Times are milliseconds of any monotonic clock.
 */
export class Breaker {
  #failures = 0;
  #timesOpened = 0;
  #openUntil: number | undefined;
  #probing = false;

  /** When a probe may begin; absent while closed. */
  get openUntil(): number | undefined {
    return this.#openUntil;
  }

  /** Whether the instance should be used: closed, or due for a probe that nobody makes yet. */
  admits(now: number): boolean {
    return this.#openUntil === undefined || (now >= this.#openUntil && !this.#probing);
  }

  /** Begins a use, also of an instance that should not be used, where there is no better one. */
  begin(): End {
    if (this.#openUntil === undefined) return (outcome, now) => this.#count(outcome, now);
    if (this.#probing) return () => undefined;
    this.#probing = true;
    return (outcome, now) => this.#endProbe(outcome, now);
  }

  #count(outcome: Outcome, now: number): Change {
    // It was opened since: what began before says nothing new.
    if (this.#openUntil !== undefined || outcome === 'unknown') return undefined;
    this.#failures = outcome === 'succeeded' ? 0 : this.#failures + 1;
    return outcome === 'unreachable' || this.#failures >= FAILURES_TO_OPEN ? this.#open(now) : undefined;
  }

  #endProbe(outcome: Outcome, now: number): Change {
    this.#probing = false;
    if (outcome === 'unknown') return undefined;
    if (outcome !== 'succeeded') return this.#open(now);
    this.#failures = 0;
    this.#timesOpened = 0;
    this.#openUntil = undefined;
    return { type: 'closed' };
  }

  #open(now: number): Change {
    const forMs = Math.min(FIRST_OPEN_MS * 2 ** this.#timesOpened, LONGEST_OPEN_MS);
    this.#timesOpened += 1;
    this.#openUntil = now + forMs;
    return { type: 'opened', forMs };
  }
}
