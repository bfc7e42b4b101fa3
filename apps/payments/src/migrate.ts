import { loadMigrations, migrate, parseDatabaseCredentials } from '@fairlead/database';
import { createSecrets } from '@fairlead/secrets';
import { runProcess } from '@fairlead/service/process';
import { loadPaymentsConfig } from './config.ts';

await runProcess({ name: 'payments', loadConfig: loadPaymentsConfig }, async (config, logger) => {
  const migrations = await loadMigrations(new URL('../migrations/', import.meta.url));
  const credentials = createSecrets().rotating(config.databaseSecretArn, parseDatabaseCredentials);
  const applied = await migrate(config, credentials, migrations);
  logger[applied.length > 0 ? 'info' : 'debug']({ applied }, 'database migrated');
});
