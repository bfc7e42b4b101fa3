import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { LOOPBACK } from '../ports.ts';
import type { ChildProcessGroup, ProcessGroups } from '../process/process-group.ts';
import { locateBinaries } from './binaries.ts';
import type { State } from '../state.ts';
import type { PostgresServer } from './postgres-server.ts';
import { preparePostgresFolders, type PostgresFolders } from './folders.ts';

const run = promisify(execFile);

const PASSWORD_FILE = 'postgres-password.json';
const SUPERUSER = 'postgres';
const START_TIMEOUT_MS = 30_000;
const RESTART_DELAY_MS = 500;

/** Stands in the data once `initdb` has finished. */
const INITIALIZED = 'fairlead-initialized';

export interface EmbeddedPostgresOptions {
  port: number;
  /** Keeps its data and the password of its superuser. */
  state: State;
  groups: ProcessGroups;
  onLine: (line: string) => void;
  /** Told when it ended by itself and is started again. */
  onRestart: () => void;
}

/** Starts the Postgres that npm installed, on data that outlives it, and starts it again when it dies. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<PostgresServer> {
  const folders = await preparePostgresFolders(await locateBinaries(), options.state.path('postgres'));
  const password = await providePassword(options.state);
  await stopLeftover(folders);
  await initialize(folders, password);
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
  const running = keepRunning();
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
async function initialize({ binaries, data, user }: PostgresFolders, password: string): Promise<void> {
  if (existsSync(join(data, INITIALIZED))) return;
  await rm(data, { recursive: true, force: true });
  const passwordFile = `${data}.password`;
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (user) await chown(passwordFile, user.uid, user.gid);
  const args = ['-D', data, '-U', SUPERUSER, '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const locale = ['--encoding=UTF8', '--locale=C', '--no-sync'];
  try {
    await run(join(binaries, 'bin/initdb'), [...args, ...locale], { ...user, cwd: '/', env: { LC_ALL: 'C' } });
    await writeFile(join(data, INITIALIZED), '');
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** A server that outlived a twin whose every process was killed still holds the data. */
async function stopLeftover({ binaries, data, user }: PostgresFolders): Promise<void> {
  if (!existsSync(join(data, 'postmaster.pid'))) return;
  const args = ['stop', '-D', data, '-m', 'fast', '-w', '-t', '10'];
  await run(join(binaries, 'bin/pg_ctl'), args, { ...user, cwd: '/' }).catch(() => undefined);
}

async function waitUntilReady(config: pg.ClientConfig, server: ChildProcessGroup): Promise<void> {
  const ended = server.exited.then(({ code }) => {
    throw new Error(
      `Postgres ended with exit code ${code ?? 'none'} before it was ready; its log is in .fairlead/logs`,
    );
  });
  const deadline = Date.now() + START_TIMEOUT_MS;
  const connect = async (): Promise<void> => {
    for (;;) {
      const client = new pg.Client(config);
      try {
        await client.connect();
        return;
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await delay(20);
      } finally {
        await client.end().catch(() => undefined);
      }
    }
  };
  await Promise.race([connect(), ended]);
}
