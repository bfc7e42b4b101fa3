import { createAuthorize, loadCallKeys } from '@fairlead/auth';
import type { Authorize } from '@fairlead/contracts';
import { Database, parseDatabaseCredentials } from '@fairlead/database';
import type { Logger } from '@fairlead/logging';
import { createSecrets, type Secrets } from '@fairlead/secrets';
import { runEvery, type ServiceContext } from '@fairlead/service';
import { createAccountAuthorize } from './access.ts';
import { createAccountEvents, type AccountEvents } from './account/account-events.ts';
import { createAccountStore, type AccountStore } from './account/account-store.ts';
import { createAttemptLimits, type AttemptLimits } from './attempt/attempt-limits.ts';
import type { UsersConfig } from './config.ts';
import { forgetPast } from './forget-past.ts';
import { createPasswords, type Passwords } from './password/passwords.ts';
import { createSessionEvents, type SessionEvents } from './session/session-events.ts';
import { createSessionStore, type SessionStore } from './session/session-store.ts';
import { parsePrivateJwk } from './signing-key/signing-key.ts';
import { createSigningKeys, type SigningKeys } from './signing-key/signing-keys.ts';

const FORGET_EVERY_MS = 3_600_000;

/** What the routes of users are given. Disposing of it closes the connections to the database. */
export interface Dependencies extends AsyncDisposable {
  accounts: AccountStore;
  accountEvents: AccountEvents;
  sessions: SessionStore;
  sessionEvents: SessionEvents;
  passwords: Passwords;
  limits: AttemptLimits;
  signingKeys: SigningKeys;
  authorize: Authorize;
  /** The time of day in milliseconds. */
  now: () => number;
}

/** What differs where users runs on its own: where secrets come from, and the time of day. */
export interface Surroundings {
  secrets?: Secrets;
  now?: () => number;
}

export async function createDependencies(
  config: UsersConfig,
  { name, logger, health, tracer, metrics }: ServiceContext,
  { secrets = createSecrets({ onError: warnOf(logger, 'secret not read') }), now = Date.now }: Surroundings = {},
): Promise<Dependencies> {
  await using stack = new AsyncDisposableStack();
  const database = new Database(config, {
    credentials: secrets.rotating(config.databaseSecretArn, parseDatabaseCredentials),
    tracer,
    onConnectionError: warnOf(logger, 'database connection lost'),
  });
  stack.use(database);
  health.addCheck('database', () => database.check());
  const work = (signal: AbortSignal) => forgetPast(database, now(), signal);
  stack.use(runEvery({ intervalMs: FORGET_EVERY_MS, work, onError: warnOf(logger, 'past sessions not deleted') }));

  const accounts = createAccountStore(database, now);
  const signingKeys = createSigningKeys(secrets.rotating(config.signingKeySecretArn, parsePrivateJwk), now);
  const authorize = createAuthorize({
    service: name,
    keys: async () => ({ keys: await signingKeys.list() }),
    callerKeys: loadCallKeys(config.callerKeyArns, secrets),
    now,
  });
  const passwords = await createPasswords(config);
  const disposables = stack.move();
  return {
    accounts,
    accountEvents: createAccountEvents(logger, metrics),
    sessions: createSessionStore(database, now),
    sessionEvents: createSessionEvents(logger, metrics),
    passwords,
    limits: createAttemptLimits({ database, now, ...config }),
    signingKeys,
    authorize: createAccountAuthorize(authorize, accounts),
    now,
    [Symbol.asyncDispose]: () => disposables.disposeAsync(),
  };
}

const warnOf = (logger: Logger, message: string) => (error: unknown) => {
  logger.warn({ error }, message);
};
