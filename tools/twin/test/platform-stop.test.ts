import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TwinStatus } from '../src/status.ts';
import { PersistentShop } from './buyers.ts';
import { createStateFolder, findProcesses, removeFolder, spawnTwin, startTwin, untilNoProcess } from './platform.ts';

let state: string;

beforeEach(async () => {
  state = await createStateFolder();
});

afterEach(async () => {
  await untilNoProcess(state);
  await removeFolder(state);
});

const isOpen = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => {
      resolve(false);
    });
  });

const portOf = (url: string) => Number(new URL(url).port);

/** The id of the System V shared memory that the Postgres of a running twin has: the last of line 7 of its lock file. */
const sharedMemoryOf = (folder: string) =>
  readFileSync(join(folder, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[6]!.trim().split(/\s+/)[1]!;

/** The ids of all System V shared memory. */
const sharedMemory = () =>
  readFileSync('/proc/sysvipc/shm', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/)[1]);

const newProduct = {
  sku: 'KEPT-1',
  name: 'Kept',
  description: 'Is there after a restart.',
  category: 'garden',
  price: { amount: 100, currency: 'EUR' },
  pictureUrl: null,
  stock: 1,
};

async function createProduct({ entrance, aws }: Pick<TwinStatus, 'entrance' | 'aws'>): Promise<string> {
  const shop = new PersistentShop(entrance);
  const token = await shop.signInAsAdmin(aws);
  const { headers } = await shop.until(201, () => shop.send('POST', '/products', { token, body: newProduct }));
  return headers.get('location')!;
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s stops everything, leaves nothing behind and keeps the data',
  { timeout: 60_000 },
  async (signal) => {
    const twin = await startTwin(state);
    const memory = sharedMemoryOf(state);
    expect(sharedMemory()).toContain(memory);
    const { entrance, aws, services } = twin.status();
    const path = await createProduct({ entrance, aws });

    expect(await twin.stop(signal)).toBe(0);
    expect(await findProcesses(state)).toEqual([]);
    for (const port of [
      portOf(entrance),
      portOf(aws),
      ...services.flatMap(({ tasks }) => tasks.map((task) => task.port)),
    ]) {
      expect(await isOpen(port)).toBe(false);
    }
    const files = await readdir(state);
    expect(files).not.toContain('lock');
    expect(files).not.toContain('twin.json');
    expect(sharedMemory()).not.toContain(memory);

    const again = await startTwin(state);
    expect((await fetch(`${again.status().entrance}${path}`)).status).toBe(200);
    expect(await again.stop('SIGINT')).toBe(0);
  },
);

test(
  'a twin that is killed leaves nothing running, and the next one starts on its data',
  { timeout: 60_000 },
  async () => {
    const twin = await startTwin(state);
    const memory = sharedMemoryOf(state);
    const { entrance, aws, services } = twin.status();
    const path = await createProduct({ entrance, aws });
    await twin.stop('SIGKILL');

    const again = await startTwin(state);
    expect((await fetch(`${again.status().entrance}${path}`)).status).toBe(200);
    for (const { pid } of services.flatMap(({ tasks }) => tasks)) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(await again.stop('SIGINT')).toBe(0);
    expect(sharedMemory()).not.toContain(memory);
  },
);

test(
  'Ctrl-C during the first start, which every process of the terminal gets, stops as cleanly',
  { timeout: 60_000 },
  async () => {
    const twin = spawnTwin(state);
    await expect.poll(() => findProcesses(`${state}/postgres`), { timeout: 10_000 }).not.toEqual([]);
    process.kill(-twin.pid, 'SIGINT');
    expect(await twin.exited).toBe(0);
    await untilNoProcess(state);
  },
);

test('a start that fails says why, ends, and leaves nothing running', { timeout: 60_000 }, async () => {
  const twin = spawnTwin(state, ['--stack', 'nope']);
  expect(await twin.exited).toBe(1);
  expect(twin.lines.map(({ message }) => message).join('\n')).toContain('dev, production, staging');
  await untilNoProcess(state);
});

test('a second twin on the same folder is refused, and says which one runs', { timeout: 60_000 }, async () => {
  const first = await startTwin(state);
  const second = spawnTwin(state);
  await expect(second.until(({ message }) => message === 'ready')).rejects.toThrow(`process ${first.pid}`);
  expect(await second.stop('SIGINT')).toBe(1);
  expect((await fetch(`${first.status().entrance}/products`)).status).toBe(200);
  await first.stop('SIGINT');
});

test('a port that is taken is replaced by a free one, and it is said', { timeout: 60_000 }, async () => {
  const first = await startTwin(state);
  const other = await createStateFolder();
  const taken = portOf(first.status().entrance);
  const second = await startTwin(other, ['--port', String(taken)]);
  expect(second.lines).toContainEqual(
    expect.objectContaining({
      level: 'warn',
      message: expect.stringContaining(`port ${taken} is taken; the entrance is on port`),
    }),
  );
  expect((await fetch(`${second.status().entrance}/products`)).status).toBe(200);
  expect(await second.stop('SIGINT')).toBe(0);
  await first.stop('SIGINT');
  await removeFolder(other);
});
