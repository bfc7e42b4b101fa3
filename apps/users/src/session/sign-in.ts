import type { Credentials, StoredPassword } from '../account/account.ts';
import type { Dependencies } from '../dependencies.ts';
import { signInRefused } from './session-problems.ts';
import type { StartedSession } from './session-store.ts';

type Needs = Pick<Dependencies, 'accounts' | 'passwords' | 'sessions' | 'limits' | 'sessionEvents'>;

/**
 * Begins a session of whoever knows the password. An unknown address takes the same steps as a wrong password.
 * @throws {Problem} `users/sign-in-refused`, `users/too-many-attempts`, `users/too-busy`
 */
export async function signIn(needs: Needs, { email, password }: Credentials): Promise<StartedSession> {
  const { accounts, passwords, sessions, limits, sessionEvents } = needs;
  await limits.takeSignIn(email);
  const stored = await accounts.findPasswordByEmail(email);
  if (!(await passwords.matches(password, stored?.hash)) || !stored) {
    sessionEvents.signInRefused(stored ? 'wrong-password' : 'unknown-account', stored?.accountId);
    throw refusal();
  }
  const session = await sessions.begin(stored);
  if (!session) {
    sessionEvents.signInRefused('not-allowed', stored.accountId);
    throw refusal();
  }
  sessionEvents.signedIn(stored.accountId);
  // The session has begun. Where one of these fails, the next sign-in does it.
  await limits.forgetSignIns(email).catch(() => undefined);
  await renewHash(needs, stored, password).catch(() => undefined);
  return session;
}

const refusal = () => signInRefused('no active account has this address with this password');

/** Only now is the password at hand. */
async function renewHash({ accounts, passwords }: Needs, stored: StoredPassword, password: string): Promise<void> {
  if (!passwords.isOutdated(stored.hash)) return;
  await accounts.rehashPassword(stored, await passwords.hash(password));
}
