import { loadMigrations, migrate, parseDatabaseCredentials } from '@fairlead/database';
import { createSecrets } from '@fairlead/secrets';
import { runProcess } from '@fairlead/service/process';
import { loadCatalogConfig } from './config.ts';
import { seedProducts } from './product/seed-products.ts';

await runProcess({ name: 'catalog', loadConfig: loadCatalogConfig }, async (config, logger) => {
  const migrations = await loadMigrations(new URL('../migrations/', import.meta.url));
  const seeds = config.seedProducts ? [seedProducts(new URL('../seed/products.json', import.meta.url))] : [];
  const credentials = createSecrets().rotating(config.databaseSecretArn, parseDatabaseCredentials);
  const applied = await migrate(config, credentials, [...migrations, ...seeds]);
  logger[applied.length > 0 ? 'info' : 'debug']({ applied }, 'database migrated');
});
