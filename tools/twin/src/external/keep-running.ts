import { setTimeout as delay } from 'node:timers/promises';
import { restartDelayMs } from '../ecs/restart-delay.ts';
import type { ChildProcessGroup } from '../process/process-group.ts';

/** A process that ran for so long has not failed to start. */
const STEADY_MS = 10_000;

const STOP_TIMEOUT_MS = 5000;

export interface KeepRunningOptions {
  start: () => Promise<ChildProcessGroup>;
  /** Told when it ended by itself, with how long until it is started again. */
  onRestart: (delayMs: number) => void;
  /** Told when it cannot be started any more. */
  onError: (error: unknown) => void;
}

/** Starts a process, and starts it again whenever it ends by itself. Dispose of it to stop it. @throws where it cannot be started */
export async function keepRunning({ start, onRestart, onError }: KeepRunningOptions): Promise<AsyncDisposable> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const isStopping = () => signal.aborted;
  let current = await start();
  const watch = async (): Promise<void> => {
    for (let failures = 0; ;) {
      const startedAt = performance.now();
      await current.exited;
      if (isStopping()) return;
      failures = performance.now() - startedAt > STEADY_MS ? 1 : failures + 1;
      const delayMs = restartDelayMs(failures);
      onRestart(delayMs);
      await delay(delayMs, undefined, { signal }).catch(() => undefined);
      if (isStopping()) return;
      current = await start();
      if (isStopping()) await stop(current);
    }
  };
  const watching = watch().catch(onError);
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await stop(current);
      await watching;
    },
  };
}

async function stop(process: ChildProcessGroup): Promise<void> {
  process.kill('SIGTERM');
  // A process that is held by SIGSTOP does not hear of SIGTERM.
  const timer = setTimeout(() => {
    process.kill('SIGKILL');
  }, STOP_TIMEOUT_MS);
  await process.exited;
  clearTimeout(timer);
}
