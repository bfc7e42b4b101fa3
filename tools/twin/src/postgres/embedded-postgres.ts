import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { UserError } from '../errors.ts';
import { LOOPBACK } from '../ports.ts';
import type { ChildProcessGroup, ProcessGroups } from '../process/process-group.ts';
import { locateBinaries } from './binaries.ts';
import type { State } from '../state.ts';
import type { PostgresServer } from './postgres-server.ts';
import { preparePostgresFolders, type PostgresFolders } from './folders.ts';

const PASSWORD_FILE = 'postgres-password.json';
const SUPERUSER = 'postgres';
const START_TIMEOUT_MS = 30_000;
const RESTART_DELAY_MS = 500;
const POLL_MS = 20;

/**
 * Stands in the data once `initdb` has finished, and holds the digest of the password that it was given: data of a password
 * that is gone, because the folder of the state was deleted, is made anew.
 */
const INITIALIZED = 'fairlead-initialized';

export interface EmbeddedPostgresOptions {
  port: number;
  /** Keeps its data and the password of its superuser. */
  state: State;
  groups: ProcessGroups;
  onLine: (line: string) => void;
  /** Told when it ended by itself and is started again. */
  onRestart: () => void;
  /** Told when it ended by itself and cannot be started again. */
  onError: (error: unknown) => void;
}

/** Starts the Postgres that npm installed, on data that outlives it, and starts it again when it dies. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<PostgresServer> {
  const folders = await preparePostgresFolders(await locateBinaries(), options.state.path('postgres'));
  const password = await providePassword(options.state);
  await stopLeftover(folders, options.groups);
  await initialize(folders, password, options.groups);
  const superuser = {
    host: LOOPBACK,
    port: options.port,
    user: SUPERUSER,
    password,
    database: 'postgres',
  };

  let server = await startServer(folders, options);
  const stopping = new AbortController();
  const isStopping = () => stopping.signal.aborted;
  const keepRunning = async (): Promise<void> => {
    await server.exited;
    if (isStopping()) return;
    options.onRestart();
    await delay(RESTART_DELAY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    if (isStopping()) return;
    server = await startServer(folders, options);
    if (isStopping()) server.kill('SIGINT');
    await keepRunning();
  };
  await waitUntilReady(superuser, server);
  const running = keepRunning().catch(options.onError);
  return {
    superuser,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      // Fast shutdown: connections are cut, what was committed is kept.
      server.kill('SIGINT');
      await running;
    },
  };
}

async function providePassword(state: State): Promise<string> {
  const kept = await state.find(PASSWORD_FILE);
  if (typeof kept === 'string') return kept;
  const password = randomBytes(24).toString('base64url');
  await state.write(PASSWORD_FILE, password);
  return password;
}

async function startServer(
  { binaries, data, user }: PostgresFolders,
  { port, groups, onLine }: EmbeddedPostgresOptions,
): Promise<ChildProcessGroup> {
  const settings = {
    port: String(port),
    listen_addresses: LOOPBACK,
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '64MB',
    log_min_messages: 'error',
    log_checkpoints: 'off',
  };
  return groups.start({
    command: join(binaries, 'bin/postgres'),
    args: ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    cwd: data,
    env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
    user,
    onLine,
    orphanSignal: 'SIGINT',
  });
}

/** Creates the data on the first start, in one piece: a run that breaks off leaves nothing that looks finished. */
async function initialize(
  { binaries, data, user }: PostgresFolders,
  password: string,
  groups: ProcessGroups,
): Promise<void> {
  const marker = join(data, INITIALIZED);
  const digest = createHash('sha256').update(password).digest('hex');
  if (existsSync(marker) && (await readFile(marker, 'utf8')) === digest) return;
  await rm(data, { recursive: true, force: true });
  const passwordFile = `${data}.password`;
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (user) await chown(passwordFile, user.uid, user.gid);
  const args = ['-D', data, '-U', SUPERUSER, '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const locale = ['--encoding=UTF8', '--locale=C', '--no-sync'];
  try {
    const command = join(binaries, 'bin/initdb');
    await groups.run({ command, args: [...args, ...locale], cwd: '/', env: { LC_ALL: 'C' }, user });
    await writeFile(marker, digest);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** A server that outlived a twin whose every process was killed still holds the data. */
async function stopLeftover({ binaries, data, user }: PostgresFolders, groups: ProcessGroups): Promise<void> {
  if (!existsSync(join(data, 'postmaster.pid'))) return;
  const args = ['stop', '-D', data, '-m', 'fast', '-w', '-t', '10'];
  const command = join(binaries, 'bin/pg_ctl');
  await groups.run({ command, args, cwd: '/', env: { LC_ALL: 'C' }, user }).catch(() => undefined);
}

async function waitUntilReady(config: pg.ClientConfig, server: ChildProcessGroup): Promise<void> {
  const waiting = new AbortController();
  void server.exited.then(() => {
    waiting.abort();
  });
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!waiting.signal.aborted && Date.now() < deadline) {
    if (await canConnect(config)) return;
    await delay(POLL_MS);
  }
  throw new UserError('Postgres did not start; why stands in logs/postgres.log of the state folder');
}

async function canConnect(config: pg.ClientConfig): Promise<boolean> {
  const client = new pg.Client(config);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
