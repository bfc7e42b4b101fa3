import { loadMigrations, migrate } from '@fairlead/database';
import { createTestDatabase } from '@fairlead/database/testing';
import { Health } from '@fairlead/health';
import { createLogger } from '@fairlead/logging';
import type { Express } from 'express';
import { inject, onTestFinished } from 'vitest';
import { createApp } from '../src/app.ts';
import type { CatalogConfig } from '../src/config.ts';
import { createDependencies } from '../src/dependencies.ts';
import { seedProducts } from '../src/product/seed-products.ts';

export interface CatalogOptions {
  writesEnabled?: boolean;
  seedProducts?: boolean;
}

export interface TestCatalog {
  app: Express;
  config: CatalogConfig;
  /** Everything that was logged, as text. */
  log: string[];
}

/** Catalog as its process has it, on a database of its own, without the process. */
export async function startCatalog({
  writesEnabled = true,
  seedProducts: seeded = false,
}: CatalogOptions = {}): Promise<TestCatalog> {
  const database = await createTestDatabase(inject('postgres'));
  const config: CatalogConfig = {
    ...database.config,
    environment: 'test',
    host: '127.0.0.1',
    port: 0,
    logLevel: 'debug',
    drainLagSeconds: 0,
    writesEnabled,
    seedProducts: seeded,
  };
  const migrations = await loadMigrations(new URL('../migrations/', import.meta.url));
  await migrate(config, [...migrations, ...(seeded ? [seedProducts] : [])]);

  const log: string[] = [];
  const logger = createLogger({ level: 'debug', fields: {}, destination: { write: (line) => void log.push(line) } });
  const context = { logger, health: new Health() };
  const dependencies = createDependencies(config, context);
  onTestFinished(async () => {
    await dependencies[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
  });
  return { app: createApp(dependencies, context), config, log };
}
