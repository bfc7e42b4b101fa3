import { requestProblems } from '@fairlead/problem';
import { findRequestContext } from '@fairlead/request-context';
import { tooBusy } from './password-problems.ts';

export interface HashingQueueOptions {
  /** Hashes under way at once; each takes a thread and some 19 MiB. */
  atOnce: number;
  /** Those that wait; one more is refused. */
  waiting: number;
}

/**
 * Runs the expensive work of hashing, so much at once that the rest of the process goes on undisturbed.
 * @throws {Problem} `users/too-busy` where too many wait, `request/deadline-passed` where the caller has gone meanwhile
 */
export type HashingQueue = <Result>(work: () => Promise<Result>) => Promise<Result>;

export function createHashingQueue({ atOnce, waiting }: HashingQueueOptions): HashingQueue {
  const turns: (() => void)[] = [];
  let running = 0;

  const takeTurn = async () => {
    if (running < atOnce) {
      running += 1;
      return;
    }
    if (turns.length >= waiting) {
      throw tooBusy('too many passwords are being hashed at the moment', { headers: { 'Retry-After': '2' } });
    }
    await new Promise<void>((resolve) => turns.push(resolve));
  };
  /** The turn goes to the next one without being free in between. */
  const passTurn = () => {
    const next = turns.shift();
    if (next) next();
    else running -= 1;
  };

  return async (work) => {
    await takeTurn();
    try {
      if (findRequestContext()?.signal.aborted) throw requestProblems.deadlinePassed('nobody waits for the answer');
      return await work();
    } finally {
      passTurn();
    }
  };
}
