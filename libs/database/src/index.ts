export {
  parseDatabaseCredentials,
  type CredentialsVersion,
  type DatabaseCredentials,
  type RotatingCredentials,
} from './credentials.ts';
export { Database, type DatabaseOptions, type Queryable } from './database.ts';
export { violatesUnique } from './errors.ts';
export { MigrationError, loadMigrations, migrate, type Migration } from './migrate.ts';
export { databaseSettings, type DatabaseConfig } from './settings.ts';
export { statement, type Columns, type ColumnType, type Row, type Statement, type Values } from './statement.ts';
