import { testUsers } from '@fairlead/auth/testing';
import type { UserCaller } from '@fairlead/contracts';
import { loadMigrations, migrate } from '@fairlead/database';
import { createTestDatabase, type TestDatabase } from '@fairlead/database/testing';
import { StaticSecrets } from '@fairlead/secrets/testing';
import { createTestContext, listen } from '@fairlead/service/testing';
import type { Express } from 'express';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import request, { type Response, type Test } from 'supertest';
import { inject, onTestFinished } from 'vitest';
import { createApp } from '../src/app.ts';
import { loadPaymentsConfig, type PaymentsConfig } from '../src/config.ts';
import { createDependencies, type Dependencies } from '../src/dependencies.ts';
import type { PaymentDocument } from '../src/payment/payment.ts';
import { startCatalog, type TestCatalog } from './start-catalog.ts';
import { startProvider, type TestProvider } from './start-provider.ts';
import { startUsers, type TestUsers } from './start-users.ts';

export const WEBHOOK_KEY = 'test-webhook-key-0123456789';

const SECRETS = {
  provider: 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:payment-provider',
  catalog: 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:payments-to-catalog',
  users: 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:payments-to-users',
};

export const CARD = { number: '4242424242424242', expiryMonth: 12, expiryYear: 2030, cvc: '123' };

export const DECLINED_CARD = { ...CARD, number: '4000000000000002' };

/** What payments works with, played where it is somebody else's. */
export interface World {
  database: TestDatabase;
  catalog: TestCatalog;
  users: TestUsers;
  provider: TestProvider;
  secrets: StaticSecrets;
  /** The text of each secret, by ARN. */
  secretTexts: Record<string, string>;
  /** The settings that lead there. */
  environment: Record<string, string>;
  /** Reads the database as the test likes. */
  sql: <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) => Promise<Row[]>;
}

export interface TestPayments extends World {
  app: Express;
  port: number;
  config: PaymentsConfig;
  dependencies: Dependencies;
  /** Everything that was logged, as text. */
  log: string[];
}

/** Everything around payments, with a migrated database of its own. */
export async function startWorld(): Promise<World> {
  const database = await createTestDatabase(inject('postgres'));
  onTestFinished(() => database[Symbol.asyncDispose]());
  const migrations = await loadMigrations(new URL('../migrations/', import.meta.url));
  await migrate(database.config, database.credentials, migrations);
  const [catalog, users, provider] = await Promise.all([startCatalog(), startUsers(), startProvider()]);
  const keyOf = async ({ access }: TestCatalog | TestUsers) =>
    (await access.callerKeys.get('payments')!.current()).value.reveal();
  const secretTexts = {
    [database.config.databaseSecretArn]: database.secretText,
    [SECRETS.provider]: JSON.stringify({
      url: `http://127.0.0.1:${provider.port}`,
      apiKey: provider.apiKey,
      webhookKey: WEBHOOK_KEY,
    }),
    [SECRETS.catalog]: await keyOf(catalog),
    [SECRETS.users]: await keyOf(users),
  };
  return {
    database,
    catalog,
    users,
    provider,
    secretTexts,
    secrets: new StaticSecrets(secretTexts),
    environment: createEnvironment(database, { catalog, users }),
    sql: createSql(database),
  };
}

function createEnvironment(
  { config }: TestDatabase,
  { catalog, users }: Pick<World, 'catalog' | 'users'>,
): Record<string, string> {
  return {
    DATABASE_HOST: config.databaseHost,
    DATABASE_PORT: String(config.databasePort),
    DATABASE_NAME: config.databaseName,
    DATABASE_SECRET_ARN: config.databaseSecretArn,
    PAYMENT_PROVIDER_SECRET_ARN: SECRETS.provider,
    CALL_KEY_ARNS: JSON.stringify({ catalog: SECRETS.catalog, users: SECRETS.users }),
    DISCOVERY: 'static',
    DISCOVERY_INSTANCES: JSON.stringify({ catalog: `127.0.0.1:${catalog.port}`, users: `127.0.0.1:${users.port}` }),
    DRAIN_LAG_SECONDS: '0',
    // A test that is not about recovery is not disturbed by it.
    RECONCILE_INTERVAL_MS: '60000',
    PUBLISH_INTERVAL_MS: '60000',
    PROVIDER_TIMEOUT_MS: '400',
  };
}

/** Settings with which what was interrupted goes on at once. */
export const RECOVERING = {
  RECONCILE_INTERVAL_MS: '20',
  PUBLISH_INTERVAL_MS: '20',
  LEASE_MS: '2000',
  ABANDON_MS: '100',
} as const;

/** Payments as its process has it, without the process. */
export async function startPayments(
  environment: Readonly<Record<string, string>> = {},
  world?: World,
): Promise<TestPayments> {
  const around = world ?? (await startWorld());
  const config = loadPaymentsConfig({ ...around.environment, ...environment });
  const context = await createTestContext({ name: 'payments' });
  const dependencies = await createDependencies(config, context, around.secrets);
  onTestFinished(() => dependencies[Symbol.asyncDispose]());
  const app = createApp(dependencies, context);
  return { ...around, app, port: await listen(app), config, dependencies, log: context.log };
}

function createSql({ config, secretText }: TestDatabase): World['sql'] {
  const { username, password } = JSON.parse(secretText) as { username: string; password: string };
  const pool = new pg.Pool({
    host: config.databaseHost,
    port: config.databasePort,
    database: config.databaseName,
    user: username,
    password,
    max: 2,
  });
  // The database is dropped, with its connections, when the test is over.
  pool.on('error', () => undefined);
  onTestFinished(() => pool.end());
  return async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
    (await pool.query<Row>(text, values)).rows;
}

/** Sends a request as this person. */
export async function sendAs(caller: UserCaller, { users }: Pick<World, 'users'>, test: Test): Promise<Response> {
  return test.set('Authorization', `Bearer ${await users.access.accessToken(caller)}`);
}

export interface BuyOptions {
  key?: string;
  caller?: UserCaller;
  items?: object[];
  card?: object;
}

/** A purchase, as a customer sends it. */
export function buy(
  payments: Pick<TestPayments, 'port' | 'users' | 'catalog'>,
  { key = randomUUID(), caller = testUsers.customer, items, card = CARD }: BuyOptions = {},
): Promise<Response> {
  const body = { items: items ?? [{ productId: payments.catalog.stock.add(), quantity: 2 }], card };
  const test = request(`http://127.0.0.1:${payments.port}`).post('/payments').set('Idempotency-Key', key).send(body);
  return sendAs(caller, payments, test);
}

export interface RefundOptions {
  key?: string;
  caller?: UserCaller;
  body?: object;
}

/** A refund, as an admin sends it. */
export function refund(
  payments: Pick<TestPayments, 'port' | 'users'>,
  paymentId: string,
  { key = randomUUID(), caller = testUsers.admin, body = { reason: 'returned' } }: RefundOptions = {},
): Promise<Response> {
  const path = `/payments/${paymentId}/refunds`;
  const test = request(`http://127.0.0.1:${payments.port}`).post(path).set('Idempotency-Key', key).send(body);
  return sendAs(caller, payments, test);
}

/** A payment as it is now, asked for by an admin. */
export async function look(payments: Pick<TestPayments, 'port' | 'users'>, id: string): Promise<PaymentDocument> {
  const response = await sendAs(
    testUsers.admin,
    payments,
    request(`http://127.0.0.1:${payments.port}`).get(`/payments/${id}`),
  );
  return response.body as PaymentDocument;
}

/** What must be true at any moment, whatever was interrupted. */
export async function findImbalance({ sql }: Pick<World, 'sql'>): Promise<string[]> {
  const [sum] = await sql<{ sum: string }>('SELECT coalesce(sum(amount), 0)::text AS sum FROM ledger_entries');
  const [refunds] = await sql<{ count: string }>('SELECT count(*)::text FROM payments WHERE refunded > amount');
  return [
    ...(sum?.sum === '0' ? [] : [`the ledger sums to ${sum?.sum ?? 'nothing'}`]),
    ...(refunds?.count === '0' ? [] : [`${refunds?.count ?? ''} payments have more refunded than captured`]),
  ];
}
