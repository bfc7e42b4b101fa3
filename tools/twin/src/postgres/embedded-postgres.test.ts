import { chmod, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { useProcessGroups, isRunning } from '../../test/processes.ts';
import { createFolder } from '../../test/workspace.ts';
import { findFreePort } from '../ports.ts';
import { State } from '../state.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { createMasterUser, type PostgresServer, type Superuser } from './postgres-server.ts';

const WAIT = { timeout: 15_000, interval: 50 };

const isRoot = process.getuid?.() === 0;

async function createState(mode = 0o755): Promise<State> {
  const folder = await createFolder();
  await chmod(folder, mode);
  return State.take(folder, 2 ** 30);
}

async function start(state: State, onRestart: () => void = () => undefined): Promise<PostgresServer> {
  const port = await findFreePort();
  const groups = useProcessGroups();
  const server = await startEmbeddedPostgres({
    port,
    state,
    groups,
    onLine: () => undefined,
    onRestart,
    onError: () => undefined,
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

async function query(config: Superuser, sql: string): Promise<unknown[]> {
  const client = new pg.Client(config);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

/** The id of the process that holds the data. */
async function findPid({ superuser }: PostgresServer): Promise<number> {
  const [folder] = await query(superuser, 'SHOW data_directory');
  return parseInt(await readFile(join(String(folder), 'postmaster.pid'), 'utf8'), 10);
}

describe('the Postgres of the twin', () => {
  test('keeps its data and its password over a restart, and leaves no process', async () => {
    const state = await createState();
    const first = await start(state);
    await query(first.superuser, 'CREATE TABLE kept AS SELECT 42 AS answer');
    const pid = await findPid(first);
    await first[Symbol.asyncDispose]();
    expect(isRunning(pid)).toBe(false);

    const second = await start(state);
    expect(second.superuser.password).toBe(first.superuser.password);
    expect(await query(second.superuser, 'SELECT answer FROM kept')).toEqual([42]);
  });

  test('starts with new data where its password is gone', async () => {
    const state = await createState();
    const first = await start(state);
    await first[Symbol.asyncDispose]();
    await rm(state.path('postgres-password.json'));
    const second = await start(state);
    expect(second.superuser.password).not.toBe(first.superuser.password);
    expect(await query(second.superuser, 'SELECT 42')).toEqual([42]);
  });

  test('is started again, on the same port and with what was committed, when it is killed', async () => {
    let restarts = 0;
    const server = await start(await createState(), () => (restarts += 1));
    await query(server.superuser, 'CREATE TABLE kept AS SELECT 42 AS answer');
    const killed = await findPid(server);
    process.kill(killed, 'SIGKILL');
    const read = () => query(server.superuser, 'SELECT answer FROM kept').catch(() => 'not yet');
    await expect.poll(() => isRunning(killed)).toBe(false);
    await expect.poll(read, WAIT).toEqual([42]);
    expect(restarts).toBe(1);
    expect(await findPid(server)).not.toBe(killed);
  });

  test('is not started again when it is killed while the twin stops', async () => {
    const restarted = Promise.withResolvers<undefined>();
    const server = await start(await createState(), () => {
      restarted.resolve(undefined);
    });
    process.kill(await findPid(server), 'SIGKILL');
    await restarted.promise;
    await server[Symbol.asyncDispose]();
    const restartMs = 700;
    await new Promise((resolve) => setTimeout(resolve, restartMs));
    await expect(query(server.superuser, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('is reached from this machine only, by its superuser and by a master user as RDS makes it', async () => {
    const { superuser } = await start(await createState());
    expect(await query(superuser, 'SHOW listen_addresses')).toEqual(['127.0.0.1']);
    await createMasterUser(superuser, `o'master "x"`, 'first');
    await createMasterUser(superuser, `o'master "x"`, `se'cond`);
    const master = { ...superuser, user: `o'master "x"`, password: `se'cond` };
    const rights = 'SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user';
    expect(await query(master, rights)).toEqual([false, true, true]);
    for (const user of [superuser, master]) {
      await expect(query({ ...user, password: 'first' }, rights)).rejects.toThrow(/password authentication/);
    }
  });

  test.runIf(isRoot)('works as root in a checkout that is closed to others', async () => {
    const server = await start(await createState(0o700));
    const [folder] = await query(server.superuser, 'SHOW data_directory');
    await server[Symbol.asyncDispose]();
    await rm(dirname(String(folder)), { recursive: true });
    expect(folder).toMatch(/^\/var\/tmp\/fairlead-postgres\/[0-9a-f]{16}\/data$/);
  });
});
