import { flag, loadConfig, type Config } from '@fairlead/config';
import { databaseSettings } from '@fairlead/database';
import { serviceSettings } from '@fairlead/service/process';

/** Every environment variable that catalog reads. */
export const settings = {
  ...serviceSettings,
  ...databaseSettings,
  writesEnabled: flag('WRITES_ENABLED', 'Whether products can be created, changed and deleted.', { default: false }),
  seedProducts: flag('SEED_PRODUCTS', 'Whether the migration also adds the sample products, once.', {
    default: false,
  }),
} as const;

export type CatalogConfig = Config<typeof settings>;

/** @throws {ConfigError} with every variable at fault */
export const loadCatalogConfig = (): CatalogConfig => loadConfig(settings, process.env);
