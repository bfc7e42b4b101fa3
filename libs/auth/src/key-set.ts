import { importJWK, type CryptoKey, type JWK } from 'jose';
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { accessTokenRules } from './token-rules.ts';

/** Public keys as users publishes them (RFC 7517). */
export interface PublicKeys {
  readonly keys: readonly JWK[];
}

/** The times that a key set keeps to, in milliseconds. */
export const keySetTimes = {
  /** A withdrawn key is accepted for so long at most, while users can be reached. */
  freshMs: 5 * 60_000,
  /** While users cannot be reached, its last keys serve for so long. */
  staleMs: 24 * 3_600_000,
  /** Tokens with made-up key ids cause no more requests than one in this time. */
  betweenFetchesMs: 1000,
  waitMs: 2000,
} as const;

interface Snapshot {
  keys: ReadonlyMap<string, CryptoKey>;
  fetchedAt: number;
}

export interface KeySetOptions {
  fetchKeys: () => Promise<PublicKeys>;
  now: () => number;
}

/** The keys that access tokens are verified with, kept up to date as they are asked for. */
export class KeySet {
  readonly #fetchKeys: () => Promise<PublicKeys>;
  readonly #now: () => number;
  /** A fetch serves many requests: it must not end because the one that began it is cancelled. */
  readonly #outsideOfRequests = AsyncLocalStorage.snapshot();
  #snapshot: Snapshot | undefined;
  #fetch: Promise<void> | undefined;
  #fetchedLast = Number.NEGATIVE_INFINITY;
  #failure: unknown;

  constructor({ fetchKeys, now }: KeySetOptions) {
    this.#fetchKeys = fetchKeys;
    this.#now = now;
  }

  /**
   * The key with this id, where users has published it.
   * @throws where that cannot be said, because users cannot be asked
   */
  async find(id: string): Promise<CryptoKey | undefined> {
    await this.#keepFresh();
    const known = this.#usable()?.keys.get(id);
    if (known) return known;
    await this.#refresh();
    const snapshot = this.#usable();
    if (!snapshot || this.#failure !== undefined)
      throw new Error('the keys could not be had', { cause: this.#failure });
    return snapshot.keys.get(id);
  }

  /** While users cannot be reached, nobody waits for it again and again. */
  async #keepFresh(): Promise<void> {
    const age = this.#now() - (this.#snapshot?.fetchedAt ?? Number.NEGATIVE_INFINITY);
    if (age <= keySetTimes.freshMs) return;
    const refresh = this.#refresh();
    if (this.#failure === undefined || !this.#usable()) await refresh;
  }

  #usable(): Snapshot | undefined {
    const snapshot = this.#snapshot;
    return snapshot && this.#now() - snapshot.fetchedAt <= keySetTimes.staleMs ? snapshot : undefined;
  }

  /** Resolves when the fetch under way is over, whether it brought keys or not. */
  async #refresh(): Promise<void> {
    if (!this.#fetch && this.#now() - this.#fetchedLast < keySetTimes.betweenFetchesMs) return;
    this.#fetch ??= this.#outsideOfRequests(() => this.#runFetch());
    await this.#fetch;
  }

  async #runFetch(): Promise<void> {
    this.#fetchedLast = this.#now();
    try {
      const fetched = await withinTime(this.#fetchKeys(), keySetTimes.waitMs);
      this.#snapshot = { keys: await importKeys(fetched), fetchedAt: this.#now() };
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error;
    } finally {
      this.#fetch = undefined;
    }
  }
}

async function withinTime<Result>(work: Promise<Result>, limitMs: number): Promise<Result> {
  const timer = new AbortController();
  const limit = delay(limitMs, undefined, { signal: timer.signal, ref: false });
  try {
    return await Promise.race([work, limit.then(() => Promise.reject(new Error(`no answer within ${limitMs} ms`)))]);
  } finally {
    limit.catch(() => undefined);
    timer.abort();
  }
}

/** Keys of another kind are left out: they verify no token of ours. */
async function importKeys({ keys }: PublicKeys): Promise<Map<string, CryptoKey>> {
  const entries = await Promise.all(
    keys
      .filter(({ kty, crv, use = 'sig' }) => kty === 'OKP' && crv === 'Ed25519' && use === 'sig')
      .map(async ({ kty, crv, x, kid }) => {
        const key = await importJWK({ kty, crv, x } as JWK, accessTokenRules.algorithm);
        return [kid, key] as [string, CryptoKey];
      }),
  );
  return new Map(entries.filter(([id]) => typeof id === 'string'));
}
