import { authSettings } from '@fairlead/auth/settings';
import { integer, loadConfig, text, type Config } from '@fairlead/config';
import { databaseSettings } from '@fairlead/database';
import { serviceSettings } from '@fairlead/service/process';

const count = (variable: string, description: string, fallback: number) =>
  integer(variable, description, { min: 1, max: 1_000_000, default: fallback });

/** Every environment variable that users reads. */
export const settings = {
  ...serviceSettings,
  ...databaseSettings,
  ...authSettings,
  signingKeySecretArn: text('SIGNING_KEY_SECRET_ARN', 'The secret that holds the private key of access tokens.'),
  adminPasswordSecretArn: text('ADMIN_PASSWORD_SECRET_ARN', 'The secret that holds the password of the first admin.'),
  adminEmail: text('ADMIN_EMAIL', 'The address of the first admin, whose account the migration opens once.', {
    default: '',
  }),
  // The least that ASVS 5 allows: more memory or more passes can be set, less cannot.
  passwordMemoryKiB: integer('PASSWORD_MEMORY_KIB', 'Memory that hashing a password takes.', {
    min: 19_456,
    max: 1_048_576,
    default: 19_456,
  }),
  passwordPasses: integer('PASSWORD_PASSES', 'How often hashing a password goes over that memory.', {
    min: 2,
    max: 100,
    default: 2,
  }),
  // libuv has four threads, which files and names need too.
  passwordHashesAtOnce: integer('PASSWORD_HASHES_AT_ONCE', 'How many passwords one task hashes at once.', {
    min: 1,
    max: 3,
    default: 2,
  }),
  passwordHashesWaiting: count('PASSWORD_HASHES_WAITING', 'How many more wait for their turn.', 50),
  signInsPerClient: count('SIGN_INS_PER_CLIENT', 'Sign-ins from one address in a quarter of an hour.', 100),
  signInsPerAccount: count(
    'SIGN_INS_PER_ACCOUNT',
    'Sign-ins that may fail for one account in a quarter of an hour.',
    10,
  ),
  signUpsPerClient: count('SIGN_UPS_PER_CLIENT', 'Sign-ups from one address in a quarter of an hour.', 20),
} as const;

export type UsersConfig = Config<typeof settings>;

/** @throws {ConfigError} with every variable at fault */
export const loadUsersConfig = (): UsersConfig => loadConfig(settings, process.env);
