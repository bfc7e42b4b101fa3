import { loadMigrations, migrate } from '@fairlead/database';
import { runProcess } from '@fairlead/service/process';
import { loadCatalogConfig } from './config.ts';
import { seedProducts } from './product/seed-products.ts';

await runProcess({ name: 'catalog', loadConfig: loadCatalogConfig }, async (config, logger) => {
  const migrations = await loadMigrations(new URL('../migrations/', import.meta.url));
  const seeds = config.seedProducts ? [seedProducts] : [];
  const applied = await migrate(config, [...migrations, ...seeds]);
  logger[applied.length > 0 ? 'info' : 'debug']({ applied }, 'database migrated');
});
