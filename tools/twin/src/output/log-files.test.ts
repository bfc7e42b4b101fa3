import { createReadStream } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
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

test('a file that has grown to 10 MB is put aside, one of a service, and no line is lost', async () => {
  const { files, path } = await createFiles();
  const [file, older] = [join(path, 'catalog.log'), join(path, 'catalog.log.1')];
  let count = 0;
  const writeUntil = async (isOver: () => Promise<boolean>) => {
    do {
      files.write('catalog', `${count++} ${MEBIBYTE}`);
      await new Promise(setImmediate);
    } while (!(await isOver()));
  };
  await writeUntil(async () => (await readdir(path)).length === 2);
  const kept = count;
  const lines: string[] = [];
  await expect.poll(() => sizeOf(file)).toBeGreaterThan(0);
  for (const name of [older, file]) {
    for await (const line of createInterface({ input: createReadStream(name) })) lines.push(line.split(' ', 1)[0]!);
  }
  expect(lines).toEqual(Array.from({ length: kept }, (_, index) => String(index)));
  expect(await sizeOf(older)).toBeLessThan(14 * 1024 * 1024);
});
