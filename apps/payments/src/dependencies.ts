import { createAuthorize, createCallSigner, loadCallKeys } from '@fairlead/auth';
import { catalogApi } from '@fairlead/catalog-api';
import { createCalls } from '@fairlead/client';
import type { Authorize } from '@fairlead/contracts';
import { Database, parseDatabaseCredentials } from '@fairlead/database';
import type { Logger } from '@fairlead/logging';
import { createSecrets, type RotatingSecret, type Secrets } from '@fairlead/secrets';
import type { ServiceContext } from '@fairlead/service';
import { usersApi } from '@fairlead/users-api';
import type { PaymentsConfig } from './config.ts';
import { createFingerprints, type Fingerprints } from './idempotency/request-fingerprints.ts';
import { createOutboxStore } from './outbox/outbox-store.ts';
import { createPaymentEvents } from './payment/payment-events.ts';
import { createAdvance, type Advance } from './payment/payment-progress.ts';
import { createPaymentStore, type PaymentStore } from './payment/payment-store.ts';
import { HttpProvider } from './provider/http-provider.ts';
import { parseProviderAccount } from './provider/provider-account.ts';
import type { ProviderAccount } from './provider/provider.ts';
import { startLoops } from './recovery/start-loops.ts';
import { createAdvanceRefund, type AdvanceRefund } from './refund/refund-progress.ts';
import { createRefundStore, type RefundStore } from './refund/refund-store.ts';
import { createWebhookStore, type WebhookStore } from './webhook/webhook-store.ts';

/** What the routes of payments are given. Disposing of it ends the loops, then closes the connections. */
export interface Dependencies extends AsyncDisposable {
  payments: PaymentStore;
  refunds: RefundStore;
  webhooks: WebhookStore;
  account: RotatingSecret<ProviderAccount>;
  fingerprints: Fingerprints;
  advance: Advance;
  advanceRefund: AdvanceRefund;
  authorize: Authorize;
}

export async function createDependencies(
  config: PaymentsConfig,
  context: ServiceContext,
  secrets: Secrets = createSecrets({ onError: warnOf(context.logger, 'secret not read') }),
): Promise<Dependencies> {
  const { name, logger, health, tracer, metrics } = context;
  await using parts = new AsyncDisposableStack();
  const database = parts.use(createDatabase(config, context, secrets));
  health.addCheck('database', () => database.check());
  const account = secrets.rotating(config.paymentProviderSecretArn, parseProviderAccount);
  const provider = parts.use(new HttpProvider({ account, tracer, timeoutMs: config.providerTimeoutMs }));
  const sign = createCallSigner({ service: name, callKeys: loadCallKeys(config.callKeyArns, secrets) });
  const calls = parts.use(
    await createCalls(config, { caller: name, tracer, sign, onTrouble: logger.warn.bind(logger) }),
  );
  const catalog = calls.to(catalogApi);
  const users = calls.to(usersApi);

  const events = createPaymentEvents(logger, metrics);
  const payments = createPaymentStore(database, config);
  const refunds = createRefundStore(database, config);
  const advance = createAdvance({ payments, provider, catalog, users, events, recovery: config });
  const advanceRefund = createAdvanceRefund({ refunds, provider, events });
  const outbox = createOutboxStore(database, config);
  parts.use(startLoops(config, { payments, refunds, outbox, advance, advanceRefund, catalog, database, logger }));
  const disposables = parts.move();
  return {
    payments,
    refunds,
    webhooks: createWebhookStore(database),
    account,
    fingerprints: createFingerprints(account),
    advance,
    advanceRefund,
    authorize: createAuthorize({
      service: name,
      keys: async () => (await users.listKeys({})).body,
      callerKeys: loadCallKeys(config.callerKeyArns, secrets),
    }),
    [Symbol.asyncDispose]: () => disposables.disposeAsync(),
  };
}

const createDatabase = (config: PaymentsConfig, { logger, tracer }: ServiceContext, secrets: Secrets) =>
  new Database(config, {
    credentials: secrets.rotating(config.databaseSecretArn, parseDatabaseCredentials),
    tracer,
    onConnectionError: warnOf(logger, 'database connection lost'),
  });

const warnOf = (logger: Logger, message: string) => (error: unknown) => {
  logger.warn({ error }, message);
};
