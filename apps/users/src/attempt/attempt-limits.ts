import type { Queryable } from '@fairlead/database';
import { findRequestContext } from '@fairlead/request-context';
import { tooManyAttempts } from './attempt-problems.ts';
import * as statements from './attempt-statements.ts';
import { toClientKey } from './client-key.ts';

const WINDOW_MS = 15 * 60_000;

export interface AttemptLimitsConfig {
  signInsPerClient: number;
  signInsPerAccount: number;
  signUpsPerClient: number;
}

/**
 * Bounds how often something may be tried in a quarter of an hour. The counts are in the database, so that they are those
 * of all tasks together. What exceeds its limit throws `users/too-many-attempts`.
 */
export interface AttemptLimits {
  /** One more sign-in from the client of this request, and for this address, whether or not it has an account. */
  takeSignIn(email: string): Promise<void>;
  /** Forgets the attempts for an address: whoever made the last one knew the password. */
  forgetSignIns(email: string): Promise<void>;
  /** One more sign-up from the client of this request. */
  takeSignUp(): Promise<void>;
  /** One more guess at the current password of an account, by whoever holds a token of it. */
  takePasswordChange(accountId: string): Promise<void>;
}

export interface AttemptLimitsOptions extends AttemptLimitsConfig {
  database: Queryable;
  now: () => number;
}

export function createAttemptLimits({ database, now, ...limits }: AttemptLimitsOptions): AttemptLimits {
  const take = async (key: string, limit: number) => {
    const [counted] = await database.query(statements.countAttempt, [
      key,
      new Date(now()),
      new Date(now() + WINDOW_MS),
    ]);
    if (!counted || counted.count <= limit) return;
    const seconds = Math.max(1, Math.ceil((counted.window_ends_at.getTime() - now()) / 1000));
    throw tooManyAttempts(`tried too often; try again in ${seconds} seconds`, {
      headers: { 'Retry-After': String(seconds) },
    });
  };
  return {
    async takeSignIn(email) {
      await take(`sign-in/client/${findClientKey()}`, limits.signInsPerClient);
      await take(signInKey(email), limits.signInsPerAccount);
    },
    async forgetSignIns(email) {
      await database.query(statements.forgetAttempts, [signInKey(email)]);
    },
    takeSignUp: () => take(`sign-up/client/${findClientKey()}`, limits.signUpsPerClient),
    takePasswordChange: (accountId) => take(`password/account/${accountId}`, limits.signInsPerAccount),
  };
}

const signInKey = (email: string) => `sign-in/account/${email}`;

const findClientKey = () => toClientKey(findRequestContext()?.clientAddress ?? '');
