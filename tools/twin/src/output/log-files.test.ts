import { createReadStream, existsSync } from 'node:fs';
import { readFile, readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { createFolder } from '../../test/workspace.ts';
import { LogFiles } from './log-files.ts';

const MEBIBYTE = 'x'.repeat(1024 * 1024 - 1);

async function createFiles(folder?: string) {
  const path = folder ?? (await createFolder());
  const files = new LogFiles(path);
  onTestFinished(() => {
    files[Symbol.dispose]();
  });
  return { files, path };
}

const sizeOf = async (file: string): Promise<number> => (await stat(file)).size;

test('each service has a file of its own, which its owner only can read', async () => {
  const { files, path } = await createFiles();
  files.write('catalog', 'one');
  files.write('carts', 'two');
  files.write('catalog', 'three');
  await expect.poll(() => readFile(join(path, 'catalog.log'), 'utf8')).toBe('one\nthree\n');
  await expect.poll(() => readFile(join(path, 'carts.log'), 'utf8')).toBe('two\n');
  expect((await stat(join(path, 'catalog.log'))).mode & 0o777).toBe(0o600);
});

test('a run adds to the files of the one before', async () => {
  const { files, path } = await createFiles();
  files.write('catalog', 'first run');
  files[Symbol.dispose]();
  await expect.poll(() => readFile(join(path, 'catalog.log'), 'utf8')).toBe('first run\n');
  const { files: next } = await createFiles(path);
  next.write('catalog', 'second run');
  await expect.poll(() => readFile(join(path, 'catalog.log'), 'utf8')).toBe('first run\nsecond run\n');
});

/** Writes lines of 1 MB until a file has been put aside; gives how many. */
async function writeUntilRotated({ files, path }: Awaited<ReturnType<typeof createFiles>>): Promise<number> {
  for (let count = 1; ; count++) {
    files.write('catalog', `${count} ${MEBIBYTE}`);
    await new Promise(setImmediate);
    if ((await readdir(path)).length === 2) return count;
  }
}

test('a file that has grown to 10 MB is put aside, one of a service, and no line is lost', async () => {
  const created = await createFiles();
  const count = await writeUntilRotated(created);
  const [older, file] = ['catalog.log.1', 'catalog.log'].map((name) => join(created.path, name));
  await expect.poll(() => sizeOf(file!)).toBeGreaterThan(MEBIBYTE.length);
  const lines: number[] = [];
  for (const name of [older!, file!]) {
    for await (const line of createInterface({ input: createReadStream(name) })) lines.push(parseInt(line, 10));
  }
  expect(lines).toEqual(Array.from({ length: count }, (_, index) => index + 1));
  expect(await sizeOf(older!)).toBeLessThan(14 * 1024 * 1024);
});

const OPEN_FILES = '/proc/self/fd';

test.runIf(existsSync(OPEN_FILES))('a file that has been put aside is not held open', async () => {
  const created = await createFiles();
  await writeUntilRotated(created);
  const findOpen = async () => {
    const links = (await readdir(OPEN_FILES)).map((name) => readlink(join(OPEN_FILES, name)).catch(() => ''));
    return (await Promise.all(links)).filter((file) => file.startsWith(created.path));
  };
  await expect.poll(findOpen).toEqual([join(created.path, 'catalog.log')]);
});
