import { authSettings, callSettings } from '@fairlead/auth/settings';
import { ConfigError, integer, loadConfig, text, type Config } from '@fairlead/config';
import { databaseSettings } from '@fairlead/database';
import { discoverySettings } from '@fairlead/discovery/settings';
import { serviceSettings } from '@fairlead/service/process';

/** Every environment variable that payments reads. */
export const settings = {
  ...serviceSettings,
  ...databaseSettings,
  ...discoverySettings,
  ...authSettings,
  ...callSettings,
  paymentProviderSecretArn: text('PAYMENT_PROVIDER_SECRET_ARN', 'The secret with the account at the payment provider.'),
  providerTimeoutMs: integer('PROVIDER_TIMEOUT_MS', 'The longest that one call to the payment provider may take.', {
    min: 100,
    max: 20_000,
    default: 2500,
  }),
  leaseMs: integer('LEASE_MS', 'How long a payment is left to who works on it; longer than any one step takes.', {
    min: 100,
    max: 60_000,
    default: 10_000,
  }),
  abandonMs: integer('ABANDON_MS', 'How long an interrupted purchase waits for its customer, before it is given up.', {
    min: 100,
    max: 3_600_000,
    default: 60_000,
  }),
  reconcileIntervalMs: integer('RECONCILE_INTERVAL_MS', 'How often payments that were left undecided are looked for.', {
    min: 10,
    max: 60_000,
    default: 2000,
  }),
  publishIntervalMs: integer('PUBLISH_INTERVAL_MS', 'How often events that were not published are looked for.', {
    min: 10,
    max: 60_000,
    default: 500,
  }),
  idempotencyKeyHours: integer('IDEMPOTENCY_KEY_HOURS', 'How long a key is kept with its answer, at least.', {
    min: 24,
    max: 8760,
    default: 24,
  }),
} as const;

export type PaymentsConfig = Config<typeof settings>;

/** Left of a lease after the longest call to the provider, to write down what it answered. */
const WRITE_DOWN_MS = 1000;

/** @throws {ConfigError} with every variable at fault */
export function loadPaymentsConfig(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): PaymentsConfig {
  const config = loadConfig(settings, environment);
  const { providerTimeoutMs, leaseMs } = config;
  // Twice, because a call whose key was refused is made again with the key read anew.
  const longestStepMs = 2 * providerTimeoutMs + WRITE_DOWN_MS;
  if (leaseMs > longestStepMs) return config;
  throw new ConfigError([
    `LEASE_MS must be above ${longestStepMs}, twice PROVIDER_TIMEOUT_MS (${providerTimeoutMs}) and ${WRITE_DOWN_MS}, not ${leaseMs}`,
  ]);
}
