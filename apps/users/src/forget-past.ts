import type { Database } from '@fairlead/database';
import { forgetPastAttempts } from './attempt/attempt-statements.ts';
import { forgetPastSessions } from './session/session-statements.ts';

/** A session has many tokens, and a statement has little time. */
const AT_ONCE = 100;

/** Deletes the sessions and the counts of attempts that are over, some at a time. */
export async function forgetPast(database: Database, now: number, signal: AbortSignal): Promise<void> {
  const past = new Date(now);
  await repeat(() => database.query(forgetPastSessions, [past, AT_ONCE]), signal);
  await repeat(() => database.query(forgetPastAttempts, [past, AT_ONCE]), signal);
}

async function repeat(forgetSome: () => Promise<unknown[]>, signal: AbortSignal): Promise<void> {
  let isMore = true;
  while (isMore && !signal.aborted) isMore = (await forgetSome()).length === AT_ONCE;
}
