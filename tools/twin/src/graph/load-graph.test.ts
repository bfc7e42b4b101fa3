import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { useProcessGroups } from '../../test/processes.ts';
import { createFolder, writeFiles } from '../../test/workspace.ts';
import { State } from '../state.ts';
import { loadGraph } from './load-graph.ts';

/** Stands where the program of the platform does, and writes down that it ran. */
const PROGRAM = `
  const { appendFileSync, writeFileSync } = require('node:fs');
  const [, , , stack, , output] = process.argv;
  appendFileSync('runs', '.');
  writeFileSync(output, JSON.stringify({ project: 'test', stack, region: 'r', accountId: '1', resources: [] }));
`;

async function createLoader() {
  const workspace = await createFolder({
    'infra/graph/main.ts': PROGRAM,
    'infra/Pulumi.dev.yaml': 'config: {}',
    'apps/catalog/service.ts': 'one',
    'apps/catalog/src/main.ts': 'one',
  });
  const groups = useProcessGroups();
  const state = await State.take(join(workspace, 'state'), groups.reaperPid);
  onTestFinished(() => state[Symbol.asyncDispose]());
  const load = (port = 5432) =>
    loadGraph({
      workspace,
      stack: 'dev',
      local: { postgres: { host: '127.0.0.1', port }, entrance: { host: 'localhost', port: 8080 } },
      groups,
      state,
    });
  const runs = async () => (await readFile(join(workspace, 'runs'), 'utf8')).length;
  return { workspace, load, runs };
}

test('the graph of the run before is taken where nothing has changed', async () => {
  const { workspace, load, runs } = await createLoader();
  const first = await load();
  await writeFiles(workspace, { 'apps/catalog/src/main.ts': 'two' });
  expect((await load()).graph).toEqual(first.graph);
  expect(await runs()).toBe(1);
});

test.each(['infra/graph/main.ts', 'infra/Pulumi.dev.yaml', 'apps/catalog/service.ts', 'package-lock.json'])(
  'a change of %s makes a new one',
  async (file) => {
    const { workspace, load, runs } = await createLoader();
    await load();
    await writeFiles(workspace, { [file]: `${file === 'infra/graph/main.ts' ? PROGRAM : ''}\n` });
    await load();
    expect(await runs()).toBe(2);
  },
);

test('so do other addresses, and a graph that is gone', async () => {
  const { load, runs } = await createLoader();
  const { graphFile } = await load();
  await load(5433);
  expect(await runs()).toBe(2);
  await rm(graphFile);
  await load(5433);
  expect(await runs()).toBe(3);
});
