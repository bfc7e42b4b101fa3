import { createAuthorize } from '@fairlead/auth';
import { createTestAccess, type TestAccess } from '@fairlead/auth/testing';
import { createRouter } from '@fairlead/contracts';
import { createServiceApp } from '@fairlead/service';
import { createTestContext, listen } from '@fairlead/service/testing';
import { accountNotFound, usersApi } from '@fairlead/users-api';

export interface TestUsers {
  port: number;
  access: TestAccess;
  /** The accounts that may not buy. */
  suspended: Set<string>;
  /** The accounts that are gone. */
  unknown: Set<string>;
  /** Whether it fails to answer for any account; set by a test. */
  faults: { isDown?: boolean };
}

/** Users as payments sees it: its keys and its accounts. */
export async function startUsers(): Promise<TestUsers> {
  const access = await createTestAccess({ service: 'users', callers: ['payments'] });
  const suspended = new Set<string>();
  const unknown = new Set<string>();
  const faults: TestUsers['faults'] = {};
  const router = createRouter(
    usersApi,
    {
      listKeys: () => Promise.resolve({ status: 200, body: { keys: [access.signingKey.publicJwk] } }),
      getAccount: ({ params: { id } }) => {
        if (faults.isDown) return Promise.reject(new Error('users is down'));
        if (unknown.has(id)) return Promise.reject(accountNotFound('no account has this id'));
        const status = suspended.has(id) ? 'suspended' : 'active';
        return Promise.resolve({
          status: 200,
          body: { id, email: 'someone@example.com', role: 'customer', status },
        });
      },
    },
    { authorize: createAuthorize(access) },
  );
  const app = createServiceApp({ ...(await createTestContext({ name: 'users' })), routes: [router] });
  return { port: await listen(app), access, suspended, unknown, faults };
}
