import type { UserCaller } from '@fairlead/contracts';
import type { Database, Queryable } from '@fairlead/database';
import type { StoredPassword } from '../account/account.ts';
import { createRefreshToken, createSeed, deriveSuccessor, hashRefreshToken } from './refresh-token.ts';
import * as statements from './session-statements.ts';

/** A session ends after so long, however much it is used (ASVS 7.3.2). */
export const SESSION_MS = 30 * 24 * 3_600_000;

/** For so long a client whose answer was lost may send its token again. */
export const REPEAT_WITHIN_MS = 30_000;

export interface StartedSession {
  caller: UserCaller;
  refreshToken: string;
}

/** What became of a refresh token. `reused`: its session has been ended, because two clients hold it. */
export type Refreshed = ({ outcome: 'refreshed' } & StartedSession) | { outcome: 'reused'; accountId: string };

/** The sessions in the database, each a family of refresh tokens that replace one another. */
export interface SessionStore {
  /** Nothing where the account is suspended, or its password another one by now. */
  begin(password: StoredPassword): Promise<StartedSession | undefined>;
  /**
   * Replaces a token. A spent one is replaced by the same token once more, as long as that was not used and it was spent a
   * moment ago; otherwise the session ends. Nothing where there is no such session.
   */
  refresh(token: string): Promise<Refreshed | undefined>;
  /** Ends the session of a token. The account that it was of, where there was one. */
  end(token: string): Promise<string | undefined>;
}

export function createSessionStore(database: Database, now: () => number): SessionStore {
  return {
    async begin({ accountId, version }) {
      const refreshToken = createRefreshToken();
      const [row] = await database.query(statements.beginSession, [
        accountId,
        version,
        new Date(now() + SESSION_MS),
        hashRefreshToken(refreshToken),
      ]);
      return row && { caller: toCaller(accountId, row.role), refreshToken };
    },
    refresh: (token) => database.transaction((transaction) => refreshSession(transaction, token, now())),
    async end(token) {
      const [row] = await database.query(statements.endSessionOfToken, [hashRefreshToken(token)]);
      return row?.account_id;
    },
  };
}

async function refreshSession(transaction: Queryable, token: string, now: number): Promise<Refreshed | undefined> {
  const hash = hashRefreshToken(token);
  const [session] = await transaction.query(statements.lockSession, [hash]);
  if (!session || session.expires_at.getTime() <= now) return undefined;
  const [known] = await transaction.query(statements.findToken, [hash]);
  if (!known) return undefined;
  const caller = toCaller(session.account_id, session.role);
  if (known.seed === null || known.spent_at === null) {
    const seed = createSeed();
    const refreshToken = deriveSuccessor(token, seed);
    await transaction.query(statements.spendToken, [hash, new Date(now), seed, hashRefreshToken(refreshToken)]);
    return { outcome: 'refreshed', caller, refreshToken };
  }
  if (known.successor_spent_at === null && now - known.spent_at.getTime() <= REPEAT_WITHIN_MS) {
    return { outcome: 'refreshed', caller, refreshToken: deriveSuccessor(token, known.seed) };
  }
  await transaction.query(statements.endSession, [session.id]);
  return { outcome: 'reused', accountId: session.account_id };
}

const toCaller = (userId: string, role: string): UserCaller => ({
  userId,
  role: role === 'admin' ? 'admin' : 'customer',
});
