/**
 * Lets so many start at once; the others wait in the order they came. The queue of undici would do, but who leaves that one
 * costs a connection.
 */
export class Line {
  readonly #most: number;
  #underWay = 0;
  readonly #waiting = new Set<() => void>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Those under way and those waiting. */
  get length(): number {
    return this.#underWay + this.#waiting.size;
  }

  /** Calls `start` now, or when it is its turn. */
  enter(start: () => void): void {
    if (this.#underWay >= this.#most) {
      this.#waiting.add(start);
      return;
    }
    this.#underWay += 1;
    start();
  }

  /** Takes `start` out, where it was not called yet. */
  giveUp(start: () => void): void {
    this.#waiting.delete(start);
  }

  /** To be called once for every `start` that was called, when what it began is over. */
  leave(): void {
    this.#underWay -= 1;
    const [next] = this.#waiting;
    if (!next) return;
    this.#waiting.delete(next);
    this.enter(next);
  }
}
