import { times } from '@fairlead/manifest/times';
import type { Instance } from './discovery.ts';

/** Asks for the instances of one service. */
export type Lookup = (signal: AbortSignal) => Promise<readonly Instance[]>;

export interface CachedLookupOptions {
  onError: (error: unknown) => void;
  now: () => number;
  random: () => number;
}

const CACHE_MS = times.discovery.cacheSeconds * 1000;
const RETRY_MS = 1000;

/**
 * The instances of one service as they were found last. They are asked for again, by one lookup at a time, before they are old;
 * calls wait for that only where they are old, and only for so long. Where the lookup fails, the old ones are used.
 */
export class CachedLookup {
  readonly #lookup: Lookup;
  readonly #options: CachedLookupOptions;
  #found: readonly Instance[] | undefined;
  #oldAt = -Infinity;
  #refreshAt = -Infinity;
  /** Since the last answer a lookup failed or kept somebody waiting, so that nobody waits for the next one. */
  #isFailing = false;
  #error: unknown;
  #underWay: Promise<void> | undefined;
  #stop: (() => void) | undefined;
  #isDisposed = false;

  constructor(lookup: Lookup, options: CachedLookupOptions) {
    this.#lookup = lookup;
    this.#options = options;
  }

  /** @throws the reason of the last lookup where none has ever succeeded */
  async current(): Promise<readonly Instance[]> {
    const now = this.#options.now();
    if (now >= this.#refreshAt) this.#underWay ??= this.#refresh();
    if (this.#found && this.#found.length > 0 && (now < this.#oldAt || this.#isFailing)) return this.#found;
    if (this.#underWay) await this.#wait(this.#underWay);
    if (this.#found) return this.#found;
    throw this.#error;
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#stop?.();
  }

  async #refresh(): Promise<void> {
    const { now, random, onError } = this.#options;
    // What is found may be as old as the question.
    const askedAt = now();
    const controller = new AbortController();
    this.#stop = () => {
      controller.abort(new Error('the discovery is disposed of'));
    };
    const timer = setTimeout(() => {
      controller.abort(new Error(`no answer within ${times.discovery.lookupTimeoutMs} ms`));
    }, times.discovery.lookupTimeoutMs);
    try {
      this.#found = await this.#lookup(controller.signal);
      this.#isFailing = false;
      this.#oldAt = askedAt + CACHE_MS;
      // At different times, so that the tasks of a deployment do not ask all at once.
      this.#refreshAt = now() + (this.#found.length > 0 ? CACHE_MS * (0.5 + 0.3 * random()) : RETRY_MS);
    } catch (error) {
      this.#isFailing = true;
      this.#error = error;
      this.#refreshAt = now() + RETRY_MS * (0.5 + random());
      if (!this.#isDisposed) onError(error);
    } finally {
      clearTimeout(timer);
      this.#underWay = undefined;
    }
  }

  async #wait(lookup: Promise<void>): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<'late'>();
    const timer = setTimeout(resolve, times.discovery.lookupWaitMs, 'late');
    const isLate = (await Promise.race([lookup, late])) === 'late';
    clearTimeout(timer);
    if (!isLate) return;
    this.#isFailing = true;
    this.#error = new Error(`no answer within ${times.discovery.lookupWaitMs} ms`);
  }
}
