import { times } from '@fairlead/manifest/times';
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { AcceptedLogin } from './accepted-login.ts';
import { openConnection, toClientConfig } from './connection.ts';
import type { RotatingCredentials } from './credentials.ts';
import { isLoginRefused } from './errors.ts';
import type { DatabaseConfig } from './settings.ts';

/** How long a task waits for another one that is migrating, and how long one statement of a migration may take. */
const MIGRATION_TIMEOUT_MS = times.database.migrationTimeoutSeconds * 1000;

/** Any number, the same in every task: who holds this advisory lock of the database may migrate it. */
const LOCK_KEY = 4_051_820_261;

/** One change that is made to a database exactly once. */
export interface Migration {
  /** Its identity; migrations run in the order they are given. */
  name: string;
  /** Stored, so that a change to an applied migration is noticed. Absent: its content may change. */
  checksum?: string;
  run: (client: pg.ClientBase) => Promise<unknown>;
}

/** Thrown where a migration cannot be applied; the database is as the last good one left it. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

/** Loads `*.sql` files as migrations, in order of name. */
export async function loadMigrations(folder: URL): Promise<Migration[]> {
  const path = fileURLToPath(folder);
  const files = (await readdir(path)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(files.map((file) => loadMigration(path, file)));
}

async function loadMigration(folder: string, name: string): Promise<Migration> {
  const sql = await readFile(join(folder, name), 'utf8');
  const checksum = createHash('sha256').update(sql.replaceAll('\r\n', '\n')).digest('hex');
  return { name, checksum, run: (client) => client.query(sql) };
}

/**
 * Applies the migrations that a database does not have yet, each in a transaction of its own. Tasks that start together
 * wait for the first, then find nothing left to do.
 * @returns the names of those that this call applied
 * @throws {MigrationError} where one fails, or was changed after it had been applied
 */
export async function migrate(
  config: DatabaseConfig,
  credentials: RotatingCredentials,
  migrations: readonly Migration[],
): Promise<string[]> {
  const client = await connect(config, credentials);
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK_KEY]);
    return await applyMissing(client, migrations);
  } finally {
    await client.end();
  }
}

async function connect(config: DatabaseConfig, credentials: RotatingCredentials): Promise<pg.Client> {
  const options = {
    ...toClientConfig(config),
    connectionTimeoutMillis: 10_000,
    statement_timeout: MIGRATION_TIMEOUT_MS,
    query_timeout: MIGRATION_TIMEOUT_MS,
    lock_timeout: MIGRATION_TIMEOUT_MS,
  };
  const login = new AcceptedLogin(options, credentials);
  await login.follow();
  try {
    return await openConnection(options);
  } catch (error) {
    if (!isLoginRefused(error)) throw error;
    await login.renew(error);
    return openConnection(options);
  }
}

async function applyMissing(client: pg.Client, migrations: readonly Migration[]): Promise<string[]> {
  await client.query(`CREATE TABLE IF NOT EXISTS migrations (
    name text PRIMARY KEY,
    checksum text,
    applied_at timestamptz NOT NULL DEFAULT now()
  )`);
  const { rows } = await client.query<{ name: string; checksum: string | null }>(
    'SELECT name, checksum FROM migrations',
  );
  const applied = new Map(rows.map(({ name, checksum }) => [name, checksum]));
  checkUnchanged(migrations, applied);

  const missing = migrations.filter(({ name }) => !applied.has(name));
  for (const migration of missing) await apply(client, migration);
  return missing.map(({ name }) => name);
}

function checkUnchanged(migrations: readonly Migration[], applied: Map<string, string | null>): void {
  const changed = migrations.filter(
    ({ name, checksum }) => applied.has(name) && applied.get(name) !== (checksum ?? null),
  );
  if (changed.length === 0) return;
  const names = changed.map(({ name }) => name).join(', ');
  throw new MigrationError(`changed after it was applied: ${names}; restore it and write a new migration instead`);
}

async function apply(client: pg.Client, { name, checksum, run }: Migration): Promise<void> {
  try {
    await client.query('BEGIN');
    // A change that waits for a lock makes every reader wait behind it: better to fail, and be tried with the next task.
    await client.query(`SET LOCAL lock_timeout = ${times.database.migrationLockTimeoutMs}`);
    await run(client);
    await client.query('INSERT INTO migrations (name, checksum) VALUES ($1, $2)', [name, checksum ?? null]);
    await client.query('COMMIT');
  } catch (cause) {
    await client.query('ROLLBACK').catch(() => undefined);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MigrationError(`${name} failed and was rolled back: ${reason}`, { cause });
  }
}
