import { once } from 'node:events';
import { watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createFolder } from '../../test/workspace.ts';
import { watchSources } from './watch-sources.ts';

const WAIT = { timeout: 10_000 };

const IGNORED = [
  'apps/catalog/src/app.test.ts',
  'apps/catalog/node_modules/pg/index.js',
  'apps/catalog/dist/main.js',
  'apps/catalog/test/fixture.ts',
  'libs/problem/README.md',
  'libs/problem/src/kinds.ts.swp',
];

const WATCHED = ['apps/catalog/migrations/0001-products.sql', 'apps/catalog/src/app.ts', 'libs/problem/src/kinds.ts'];

async function watchFolder() {
  const folder = await createFolder(Object.fromEntries([...IGNORED, ...WATCHED].map((file) => [file, ''])));
  const edits: string[][] = [];
  const watcher = watchSources(folder, (files) => edits.push(files.toSorted()));
  onTestFinished(() => {
    watcher[Symbol.dispose]();
  });
  const edit = (...files: string[]) => {
    for (const file of files) writeFileSync(join(folder, file), `edited ${performance.now()}`);
  };
  return { folder, edits, edit, watcher };
}

test('files that change together are told of once', async () => {
  const { edits, edit } = await watchFolder();
  edit(...WATCHED);
  await expect.poll(() => edits, WAIT).toEqual([WATCHED]);
});

test('edits one after the other are told of one by one', async () => {
  const { edits, edit } = await watchFolder();
  for (const file of WATCHED) {
    edit(file);
    await expect.poll(() => edits.at(-1), WAIT).toEqual([file]);
  }
});

test('what no task runs is not told of: tests, builds, dependencies, and files of editors', async () => {
  const { edits, edit } = await watchFolder();
  edit(...IGNORED, WATCHED[0]!);
  await expect.poll(() => edits, WAIT).toEqual([[WATCHED[0]]]);
});

test('nothing is told of after the end, not even what had begun', async () => {
  const { folder, edits, edit, watcher } = await watchFolder();
  const others: string[][] = [];
  const other = watchSources(folder, (files) => others.push(files));
  const events = watch(folder, { recursive: true });
  onTestFinished(() => {
    other[Symbol.dispose]();
    events.close();
  });
  const seen = once(events, 'change');
  edit(WATCHED[0]!);
  await seen;
  watcher[Symbol.dispose]();
  await expect.poll(() => others, WAIT).toHaveLength(1);
  expect(edits).toEqual([]);
});
