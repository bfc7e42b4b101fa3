const FIRST = 10;
const EARNED_BY_ANSWER = 0.1;

/** What a task holds of the calls of a busy moment, when it dies, can be made again. */
const MOST = 100;

/**
 * How many calls to one service may be made again: ten, and one more for every ten that were answered. A service that
 * fails altogether earns nothing, so that retries do not keep it down.
 */
export class RetryBudget {
  #tokens = FIRST;

  earn(): void {
    this.#tokens = Math.min(this.#tokens + EARNED_BY_ANSWER, MOST);
  }

  /** Whether there was one left. */
  spend(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
