import { times } from '@fairlead/manifest/times';
import { findRequestContext } from '@fairlead/request-context';
import type { CallOptions } from './client.ts';
import { cancelled, timedOut } from './problems.ts';

/** With less than this left, an answer could not be back in time. */
const LEAST_MS = 5;

/** When a call ends, whatever becomes of it: at its deadline, or when nobody waits for it any more. Dispose of it after the call. */
export class CallLimits implements Disposable {
  readonly #controller = new AbortController();
  readonly #waiting: readonly AbortSignal[];
  readonly #deadline: number;
  readonly #timer: NodeJS.Timeout;
  readonly #cancel: () => void;

  constructor(callee: string, { signal, timeoutMs = Infinity }: CallOptions) {
    const context = findRequestContext();
    const now = performance.now();
    const longestMs = Math.min(timeoutMs, times.client.callTimeoutSeconds * 1000);
    this.#deadline = Math.min(now + longestMs, context?.deadline ?? Infinity);
    this.#waiting = [signal, context?.signal].filter((one) => one !== undefined);
    this.#timer = setTimeout(
      () => {
        this.#controller.abort(timedOut(callee));
      },
      Math.max(this.#deadline - now, 0),
    );
    this.#cancel = () => {
      // The request that is served is also over when its own deadline passes.
      this.#controller.abort(this.fits(0) ? cancelled(callee) : timedOut(callee));
    };
    for (const one of this.#waiting) one.addEventListener('abort', this.#cancel);
    if (this.#waiting.some(({ aborted }) => aborted)) this.#cancel();
    else if (!this.fits(0)) this.#controller.abort(timedOut(callee));
  }

  /** Aborted when the call ends early; its reason is the problem to throw. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get remainingMs(): number {
    return this.#deadline - performance.now();
  }

  /** Whether an attempt after this delay could still be answered. */
  fits(delayMs: number): boolean {
    return this.remainingMs - delayMs >= LEAST_MS;
  }

  /** The result of `work`, or a rejection as soon as the call ends. */
  async race<Result>(work: Promise<Result>): Promise<Result> {
    const { promise: ended, reject } = Promise.withResolvers<never>();
    const end = () => {
      reject(this.signal.reason as Error);
    };
    if (this.signal.aborted) end();
    else this.signal.addEventListener('abort', end);
    try {
      return await Promise.race([ended, work]);
    } finally {
      this.signal.removeEventListener('abort', end);
    }
  }

  async wait(delayMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(resolve, delayMs, undefined);
    try {
      await this.race(promise);
    } finally {
      clearTimeout(timer);
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    for (const one of this.#waiting) one.removeEventListener('abort', this.#cancel);
  }
}
