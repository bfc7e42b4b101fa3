import { testUsers, type TestAccess } from './create-test-access.ts';

/** The header fields that make a request one of each kind of caller that a service can meet. */
export async function createVisitors(access: TestAccess) {
  const { expired, 'forged with another key': forged } = await access.invalidTokens();
  const [caller = 'nobody'] = access.callerKeys.keys();
  const bearer = (token: string | undefined): Record<string, string> => ({ Authorization: `Bearer ${token ?? ''}` });
  return {
    anonymous: {},
    customer: bearer(await access.accessToken(testUsers.customer)),
    'other customer': bearer(await access.accessToken(testUsers.otherCustomer)),
    admin: bearer(await access.accessToken(testUsers.admin)),
    // Where nobody declares to call a service, there is no such token.
    service: bearer(access.callerKeys.has(caller) ? await access.serviceToken(caller) : undefined),
    expired: bearer(expired),
    forged: bearer(forged),
  };
}
