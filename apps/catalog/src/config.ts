import { authSettings } from '@fairlead/auth/settings';
import { flag, integer, loadConfig, type Config } from '@fairlead/config';
import { databaseSettings } from '@fairlead/database';
import { discoverySettings } from '@fairlead/discovery/settings';
import { serviceSettings } from '@fairlead/service/process';

/** Every environment variable that catalog reads. */
export const settings = {
  ...serviceSettings,
  ...databaseSettings,
  ...discoverySettings,
  ...authSettings,
  seedProducts: flag('SEED_PRODUCTS', 'Whether the migration also adds the sample products, once.', {
    default: false,
  }),
  reservationSeconds: integer('RESERVATION_SECONDS', 'How long stock is held for a purchase that is not committed.', {
    min: 10,
    max: 86_400,
    default: 300,
  }),
} as const;

export type CatalogConfig = Config<typeof settings>;

/** @throws {ConfigError} with every variable at fault */
export const loadCatalogConfig = (): CatalogConfig => loadConfig(settings, process.env);
