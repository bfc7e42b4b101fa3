import { times } from '@fairlead/manifest/times';
import { setTimeout as delay } from 'node:timers/promises';
import { SecretError } from './secrets.ts';

export interface CachedOptions<Value> {
  /** What is read, for the messages of errors. */
  name: string;
  read: () => Promise<Value>;
  lifetimeSeconds: number;
  /** Told of a read that failed while an older value was there to go on with. */
  onError: (error: unknown) => void;
  /** Milliseconds of a clock that never goes back. */
  now: () => number;
}

/** Tasks that started together do not ask together: each value lives this much shorter, at most, than it could. */
const JITTER = 0.2;

/**
 * One value that is read again when it is old. However many ask, one read runs; who asks while it runs is given the value
 * from before, unless nobody asked for so long that it may be far too old.
 */
export class Cached<Value> {
  readonly #options: CachedOptions<Value>;
  #value: Promise<Value> | undefined;
  #reading: Promise<Value> | undefined;
  #staleAt = 0;
  #settledAt = 0;
  #refreshedAt = -Infinity;

  constructor(options: CachedOptions<Value>) {
    this.#options = options;
  }

  /** Whether anybody asked for the value. */
  get isUsed(): boolean {
    return this.#value !== undefined || this.#reading !== undefined;
  }

  /** @throws what reading throws, where there is no value to go on with */
  get(): Promise<Value> {
    const now = this.#options.now();
    if (this.#value && now < this.#staleAt) return this.#value;
    const reading = this.#reading ?? this.#read();
    const isForgotten = now - this.#settledAt > 2 * this.#options.lifetimeSeconds * 1000;
    return this.#value && !isForgotten ? this.#value : this.#wait(reading);
  }

  /** Reads again at once, unless that was asked for a moment ago. */
  refresh(): Promise<Value> {
    const now = this.#options.now();
    if (now - this.#refreshedAt < times.secrets.refreshIntervalMs) {
      return this.#reading ? this.#wait(this.#reading) : this.get();
    }
    this.#refreshedAt = now;
    return this.#wait(this.#read());
  }

  #read(): Promise<Value> {
    const reading = this.#options.read();
    this.#reading = reading;
    void this.#keep(reading);
    return reading;
  }

  /** A read that was overtaken by a newer one may bring what was valid before, so it changes nothing. */
  async #keep(reading: Promise<Value>): Promise<void> {
    const { lifetimeSeconds, onError, now } = this.#options;
    const outcome = await reading.then(
      () => ({ value: reading, error: undefined, seconds: lifetimeSeconds * (1 - JITTER * Math.random()) }),
      (error: unknown) => ({ value: this.#value, error, seconds: times.secrets.retrySeconds }),
    );
    if (this.#reading !== reading) return;
    this.#reading = undefined;
    this.#value = outcome.value;
    this.#settledAt = now();
    this.#staleAt = this.#settledAt + outcome.seconds * 1000;
    if (outcome.error !== undefined && outcome.value) onError(outcome.error);
  }

  /** Waits for a read as long as a caller may be kept, then goes on with the value from before. */
  async #wait(reading: Promise<Value>): Promise<Value> {
    const waiting = new AbortController();
    try {
      return await Promise.race([reading, this.#rejectLate(waiting.signal)]);
    } catch (error) {
      if (this.#value) return await this.#value;
      throw error;
    } finally {
      waiting.abort();
    }
  }

  async #rejectLate(signal: AbortSignal): Promise<never> {
    await delay(times.secrets.waitMs, undefined, { signal, ref: false });
    throw new SecretError(`${this.#options.name} was not read within ${times.secrets.waitMs} ms`);
  }
}
