import type { Logger } from '@fairlead/logging';
import type { Metrics } from '@fairlead/metrics';

/** Why a sign-in was refused. The caller is not told. */
export type RefusalReason = 'unknown-account' | 'wrong-password' | 'not-allowed';

/** What happens to sessions, for those who run the shop. */
export interface SessionEvents {
  signedIn(accountId: string): void;
  signInRefused(reason: RefusalReason, accountId?: string): void;
  signedOut(accountId: string): void;
  tokenReused(accountId: string): void;
}

export const createSessionEvents = (logger: Logger, metrics: Metrics): SessionEvents => ({
  signedIn: (accountId) => {
    logger.info({ accountId }, 'signed in');
    metrics.count('SignIns');
  },
  signInRefused: (reason, accountId) => {
    logger.info({ reason, ...(accountId !== undefined && { accountId }) }, 'sign-in refused');
    metrics.count('SignInsRefused');
  },
  signedOut: (accountId) => {
    logger.info({ accountId }, 'signed out');
  },
  tokenReused: (accountId) => {
    logger.warn({ accountId }, 'spent refresh token used again');
    metrics.count('RefreshTokensReused');
  },
});
