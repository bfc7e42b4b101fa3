import type { Logger } from '@fairlead/logging';
import type { Metrics } from '@fairlead/metrics';
import type { User } from './account.ts';

/** What happens to accounts, for those who run the shop. Addresses are not theirs to read. */
export interface AccountEvents {
  signedUp(accountId: string): void;
  signUpRepeated(): void;
  passwordChanged(accountId: string): void;
  changed(account: User, by: string): void;
}

export const createAccountEvents = (logger: Logger, metrics: Metrics): AccountEvents => ({
  signedUp: (accountId) => {
    logger.info({ accountId }, 'signed up');
    metrics.count('SignUps');
  },
  signUpRepeated: () => {
    logger.info('signed up with a taken address');
  },
  passwordChanged: (accountId) => {
    logger.info({ accountId }, 'password changed');
  },
  changed: ({ id, role, status }, by) => {
    logger.info({ accountId: id, role, status, by }, 'account changed');
  },
});
