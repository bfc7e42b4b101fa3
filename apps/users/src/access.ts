import { tokenInvalid } from '@fairlead/auth';
import type { Authorize } from '@fairlead/contracts';
import { requestProblems } from '@fairlead/problem';
import type { AccountStore } from './account/account-store.ts';

/**
 * Asks the account too, which knows better than a token of ten minutes ago: who was suspended is out, and who is no admin
 * any more cannot make themselves one again.
 */
export function createAccountAuthorize(authorize: Authorize, accounts: AccountStore): Authorize {
  return async (audience, request) => {
    const caller = await authorize(audience, request);
    if (!caller || 'service' in caller) return caller;
    const account = await accounts.find(caller.userId);
    if (account?.status !== 'active') throw tokenInvalid();
    if (audience === 'admin' && account.role !== 'admin') throw requestProblems.forbidden('only admins may do this');
    return { userId: account.id, role: account.role };
  };
}
