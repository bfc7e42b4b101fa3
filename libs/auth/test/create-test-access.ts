import type { UserCaller } from '@fairlead/contracts';
import { randomBytes } from 'node:crypto';
import { signCall } from '../src/create-call-signer.ts';
import type { AuthorizeOptions } from '../src/create-authorize.ts';
import { signAccessToken } from '../src/sign-access-token.ts';
import { createInvalidAccessTokens, createInvalidServiceTokens } from './invalid-tokens.ts';
import { createTestKey, type TestKey } from './test-keys.ts';
import { createTestSecret, type TestSecret } from './test-secret.ts';

/** Two customers and an admin, the same in every test. */
export const testUsers = {
  customer: { userId: '019ac000-0000-7000-8000-000000000001', role: 'customer' },
  otherCustomer: { userId: '019ac000-0000-7000-8000-000000000002', role: 'customer' },
  admin: { userId: '019ac000-0000-7000-8000-000000000003', role: 'admin' },
} as const satisfies Record<string, UserCaller>;

export interface TestAccessOptions {
  /** The name of the service under test. */
  service: string;
  /** The services that may call it. */
  callers?: readonly string[];
  /** The time of day in milliseconds. @default Date.now */
  now?: () => number;
}

/** All that a service needs to know its callers by, and tokens of callers of every kind. Pass it to `createAuthorize` as it is. */
export interface TestAccess extends AuthorizeOptions {
  signingKey: TestKey;
  callerKeys: ReadonlyMap<string, TestSecret<string>>;
  /** A valid access token. */
  accessToken(caller: UserCaller): Promise<string>;
  /** A valid token of one of the callers. */
  serviceToken(caller: string): Promise<string>;
  /** Tokens that no route of any audience may accept, by what is wrong with them. */
  invalidTokens(): Promise<Record<string, string>>;
}

export async function createTestAccess({
  service,
  callers = [],
  now = Date.now,
}: TestAccessOptions): Promise<TestAccess> {
  const signingKey = await createTestKey();
  const callerKeys = new Map(callers.map((caller) => [caller, createTestSecret(randomBytes(32).toString('hex'))]));
  const keyOf = async (caller: string) => {
    const secret = callerKeys.get(caller);
    if (!secret) throw new Error(`${caller} is none of the callers: ${callers.join(', ')}`);
    return (await secret.current()).value.reveal();
  };
  return {
    service,
    now,
    signingKey,
    callerKeys,
    keys: () => Promise.resolve({ keys: [signingKey.publicJwk] }),
    accessToken: (caller) => signAccessToken(caller, signingKey, now()),
    serviceToken: async (caller) => signCall({ caller, callee: service }, await keyOf(caller), now()),
    async invalidTokens() {
      const ofPeople = createInvalidAccessTokens({ key: signingKey, caller: testUsers.admin, now: now() });
      const ofServices = callers.map(async (caller) =>
        createInvalidServiceTokens({ caller, service, callKey: await keyOf(caller), now: now() }),
      );
      return Object.assign({}, await ofPeople, ...(await Promise.all(ofServices))) as Record<string, string>;
    },
  };
}
