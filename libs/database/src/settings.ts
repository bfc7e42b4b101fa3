import { flag, integer, secret, text, type Config } from '@fairlead/config';

/** What a service is told of its database; infra writes each into the task definition. */
export const databaseSettings = {
  databaseHost: text('DATABASE_HOST', 'Host name of the Postgres server.'),
  databasePort: integer('DATABASE_PORT', 'Port of the Postgres server.', { min: 1, max: 65535 }),
  databaseName: text('DATABASE_NAME', 'The database of the service.'),
  databaseUsername: text('DATABASE_USERNAME', 'The role of the service.'),
  databasePassword: secret('DATABASE_PASSWORD', 'The password of that role.'),
  databaseSsl: flag('DATABASE_SSL', 'Whether to speak TLS and verify the certificate of the server.', {
    default: true,
  }),
  databaseConnections: integer('DATABASE_CONNECTIONS', 'The most connections that one task holds.', {
    min: 1,
    max: 100,
    default: 10,
  }),
} as const;

export type DatabaseConfig = Config<typeof databaseSettings>;
