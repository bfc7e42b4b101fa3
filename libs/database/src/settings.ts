import { integer, text, type Config } from '@fairlead/config';

/** What a service is told of its database; infra writes each into the task definition. */
export const databaseSettings = {
  databaseHost: text('DATABASE_HOST', 'Host name of the Postgres server.'),
  databasePort: integer('DATABASE_PORT', 'Port of the Postgres server.', { min: 1, max: 65535 }),
  databaseName: text('DATABASE_NAME', 'The database of the service.'),
  databaseSecretArn: text(
    'DATABASE_SECRET_ARN',
    'The secret that holds the role, its password and whether to speak TLS.',
  ),
  databaseConnections: integer('DATABASE_CONNECTIONS', 'The most connections that one task holds.', {
    min: 1,
    max: 100,
    default: 10,
  }),
} as const;

export type DatabaseConfig = Config<typeof databaseSettings>;
