import { ConfigError } from '@fairlead/config';
import { expect, test } from 'vitest';
import { loadPaymentsConfig } from './config.ts';

const REQUIRED = {
  DATABASE_HOST: 'localhost',
  DATABASE_PORT: '5432',
  DATABASE_NAME: 'payments',
  DATABASE_SECRET_ARN: 'arn:database',
  PAYMENT_PROVIDER_SECRET_ARN: 'arn:provider',
};

test('the defaults leave a lease longer than the longest step', () => {
  expect(loadPaymentsConfig(REQUIRED)).toMatchObject({ leaseMs: 10_000, providerTimeoutMs: 2500 });
});

test('a lease that could end during a call to the provider is refused, with both variables and their values', () => {
  const times = { PROVIDER_TIMEOUT_MS: '3000', LEASE_MS: '7000' };
  expect(() => loadPaymentsConfig({ ...REQUIRED, ...times })).toThrow(
    new ConfigError(['LEASE_MS must be above 7000, twice PROVIDER_TIMEOUT_MS (3000) and 1000, not 7000']),
  );
  expect(loadPaymentsConfig({ ...REQUIRED, ...times, LEASE_MS: '7001' }).leaseMs).toBe(7001);
});
