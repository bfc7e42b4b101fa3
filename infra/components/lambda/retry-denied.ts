import { setTimeout as delay } from 'node:timers/promises';

const RETRIES = 10;
const RETRY_DELAY_MS = 3000;

/** Does work again while AWS denies it: a permission that was given a moment ago takes seconds to hold everywhere. */
export async function retryDenied<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let retries = 0; ; retries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isDenied(error) || retries >= RETRIES) throw error;
      await delay(RETRY_DELAY_MS);
    }
  }
}

function isDenied(error: unknown): boolean {
  return error instanceof Error && error.name === 'AccessDeniedException';
}
