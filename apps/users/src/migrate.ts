import { loadMigrations, migrate, parseDatabaseCredentials, type Migration } from '@fairlead/database';
import { createSecrets, type Secrets } from '@fairlead/secrets';
import { runProcess } from '@fairlead/service/process';
import { email } from './account/account.ts';
import { createFirstAdmin } from './account/first-admin.ts';
import { loadUsersConfig, type UsersConfig } from './config.ts';
import { hashPassword } from './password/password-hash.ts';

await runProcess({ name: 'users', loadConfig: loadUsersConfig }, async (config, logger) => {
  const secrets = createSecrets();
  const migrations = await loadMigrations(new URL('../migrations/', import.meta.url));
  const admins = config.adminEmail === '' ? [] : [await loadFirstAdmin(config, secrets)];
  const credentials = secrets.rotating(config.databaseSecretArn, parseDatabaseCredentials);
  const applied = await migrate(config, credentials, [...migrations, ...admins]);
  logger[applied.length > 0 ? 'info' : 'debug']({ applied }, 'database migrated');
});

async function loadFirstAdmin(config: UsersConfig, secrets: Secrets): Promise<Migration> {
  const { value } = await secrets.rotating(config.adminPasswordSecretArn, (text) => text).current();
  const cost = { memoryKiB: config.passwordMemoryKiB, passes: config.passwordPasses };
  return createFirstAdmin(email.parse(config.adminEmail), await hashPassword(value.reveal(), cost));
}
