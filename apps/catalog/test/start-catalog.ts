import { authSettings } from '@fairlead/auth/settings';
import { createTestAccess, testUsers, type TestAccess } from '@fairlead/auth/testing';
import { loadConfig } from '@fairlead/config';
import { loadMigrations, migrate } from '@fairlead/database';
import { createTestDatabase, type TestDatabase } from '@fairlead/database/testing';
import { discoverySettings } from '@fairlead/discovery/settings';
import { StaticSecrets } from '@fairlead/secrets/testing';
import { serviceSettings } from '@fairlead/service/process';
import { createTestContext } from '@fairlead/service/testing';
import type { Express } from 'express';
import request from 'supertest';
import type TestAgent from 'supertest/lib/agent.js';
import { inject, onTestFinished } from 'vitest';
import { createApp } from '../src/app.ts';
import type { CatalogConfig } from '../src/config.ts';
import { createDependencies } from '../src/dependencies.ts';
import { seedProducts } from '../src/product/seed-products.ts';
import { startUsers, type TestUsers } from './start-users.ts';

export interface TestCatalog {
  app: Express;
  /** Sends the token of an admin with every request. */
  admin: TestAgent;
  /** Sends the token of payments, which may reserve stock. */
  payments: TestAgent;
  access: TestAccess;
  users: TestUsers;
  config: CatalogConfig;
  database: TestDatabase;
  /** Everything that was logged, as text. */
  log: string[];
}

const PAYMENTS_KEY_ARN = 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:payments-calls-catalog';

/** Catalog as its process has it, on a database of its own, without the process. */
export async function startCatalog({ seedProducts: seeded = false } = {}): Promise<TestCatalog> {
  const database = await createTestDatabase(inject('postgres'));
  const access = await createTestAccess({ service: 'catalog', callers: ['payments'] });
  const users = await startUsers(access.keys);
  const config: CatalogConfig = {
    ...loadConfig({ ...serviceSettings, ...discoverySettings, ...authSettings }, {}),
    ...database.config,
    discovery: 'static',
    discoveryInstances: { users: users.address },
    callerKeyArns: { payments: PAYMENTS_KEY_ARN },
    seedProducts: seeded,
    reservationSeconds: 300,
  };
  const migrations = await loadMigrations(new URL('../migrations/', import.meta.url));
  await migrate(config, database.credentials, [
    ...migrations,
    ...(seeded ? [seedProducts(new URL('../seed/products.json', import.meta.url))] : []),
  ]);

  const context = await createTestContext({ name: 'catalog' });
  const callerKey = await access.callerKeys.get('payments')!.current();
  const secrets = new StaticSecrets({
    [config.databaseSecretArn]: database.secretText,
    [PAYMENTS_KEY_ARN]: callerKey.value.reveal(),
  });
  const dependencies = await createDependencies(config, context, secrets);
  onTestFinished(async () => {
    await dependencies[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
  });
  const app = createApp(dependencies, context);
  const as = (token: string) => request.agent(app).set('Authorization', `Bearer ${token}`);
  return {
    app,
    admin: as(await access.accessToken(testUsers.admin)),
    payments: as(await access.serviceToken('payments')),
    access,
    users,
    config,
    database,
    log: context.log,
  };
}
