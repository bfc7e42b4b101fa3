import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 4096;

/** Ids of traces and spans. It asks the system for randomness in bulk: every request takes an id, traced or not. */
export class RandomIds {
  readonly #pool = Buffer.alloc(POOL_BYTES);
  #used = POOL_BYTES;

  /** Begins with the time in seconds: X-Ray turns traces away whose id is not of the last 30 days. */
  traceId(): string {
    const seconds = Math.floor(Date.now() / 1000);
    return seconds.toString(16).padStart(8, '0') + this.#hex(12);
  }

  spanId(): string {
    return this.#hex(8);
  }

  #hex(bytes: number): string {
    if (this.#used + bytes > POOL_BYTES) {
      randomFillSync(this.#pool);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += bytes;
    return this.#pool.toString('hex', start, this.#used);
  }
}
