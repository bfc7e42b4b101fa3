import { setTimeout as delay } from 'node:timers/promises';

export interface RepeatedWork {
  intervalMs: number;
  /** Aborted when the work is to end. */
  work: (signal: AbortSignal) => Promise<void>;
  /** Told of every run that fails; the next one comes all the same. */
  onError: (error: unknown) => void;
}

/** Of the interval, added or taken away at random: tasks that started together do not stay together. */
const JITTER = 0.2;

/** Does work again and again, never twice at once, from one interval on. Disposing of it waits for the run under way. */
export function runEvery({ intervalMs, work, onError }: RepeatedWork): AsyncDisposable {
  const controller = new AbortController();
  const { signal } = controller;
  const repeat = async () => {
    for (;;) {
      await delay(withJitter(intervalMs), undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      await work(signal).catch(onError);
    }
  };
  const repeating = repeat();
  return {
    async [Symbol.asyncDispose]() {
      controller.abort();
      await repeating;
    },
  };
}

const withJitter = (intervalMs: number): number => intervalMs * (1 + JITTER * (2 * Math.random() - 1));
