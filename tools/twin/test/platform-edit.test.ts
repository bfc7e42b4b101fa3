import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  copyWorkspace,
  createStateFolder,
  findProcesses,
  removeFolder,
  spawnTwin,
  startTwin,
  type RunningTwin,
} from './platform.ts';

/** One second on a machine with nothing else to do; tests share theirs. */
const SERVED_MS = 5000;

const UNKNOWN = '01a1fd95-ac1d-77a5-996f-000000000000';

let workspace: string;
let state: string;
let twin: RunningTwin;

beforeAll(async () => {
  [workspace, state] = await Promise.all([copyWorkspace(), createStateFolder()]);
  twin = await startTwin(state, ['--service', 'catalog'], workspace);
});

afterAll(async () => {
  await twin.stop('SIGINT');
  await removeFolder(state);
  await removeFolder(workspace);
});

async function edit(file: string, from: string, to: string): Promise<void> {
  const path = join(workspace, file);
  const source = await readFile(path, 'utf8');
  expect(source).toContain(from);
  await writeFile(path, source.replace(from, to));
}

/**
 * Asks for a product that does not exist until the answer holds a text, then until every answer does.
 * @returns after how long the first one did, in milliseconds
 */
async function untilServed(text: string): Promise<number> {
  const started = performance.now();
  let first = 0;
  for (let inARow = 0; inARow < 20;) {
    const response = await fetch(`${twin.status().entrance}/products/${UNKNOWN}`);
    expect(response.status).toBe(404);
    const isServed = (await response.text()).includes(text);
    inARow = isServed ? inARow + 1 : 0;
    if (isServed) first ||= performance.now() - started;
    expect(performance.now() - started).toBeLessThan(20_000);
  }
  return first;
}

test('an edit of a route is served at once, and no request fails meanwhile', { timeout: 30_000 }, async () => {
  await edit('apps/catalog/src/product/product-routes.ts', 'no product has the id', 'edited route');
  expect(await untilServed('edited route')).toBeLessThan(SERVED_MS);
});

test('an edit of a lib two packages away is served at once', { timeout: 30_000 }, async () => {
  await edit('libs/problem/src/kinds.ts', "title: 'Not Found'", "title: 'Edited Title'");
  expect(await untilServed('Edited Title')).toBeLessThan(SERVED_MS);
});

test(
  'an edit that does not run leaves the tasks that do, says why, and the next one is served',
  { timeout: 30_000 },
  async () => {
    const before = twin.lines.length;
    await edit('apps/catalog/src/app.ts', 'export const createApp', 'const oops = ;\nexport const createApp');
    const isRefusal = ({ message }: { message: string }) =>
      message.includes('the new tasks failed, the running ones stay');
    await twin.until((line) => twin.lines.indexOf(line) >= before && isRefusal(line));
    expect(twin.lines.find(isRefusal)?.message).toContain('SyntaxError');
    expect((await fetch(`${twin.status().entrance}/products`)).status).toBe(200);

    await edit('apps/catalog/src/app.ts', 'const oops = ;\n', '');
    await edit('apps/catalog/src/product/product-routes.ts', 'edited route', 'mended route');
    await untilServed('mended route');
  },
);

test('a migration that fails leaves the tasks that run, and says why', { timeout: 30_000 }, async () => {
  const file = join(workspace, 'apps/catalog/migrations/0009-broken.sql');
  await writeFile(file, 'ALTER TABLE products ADD COLUMN weight integer; SELECT no_such_function();');
  const { message } = await twin.until((line) => line.message.includes('0009-broken.sql failed'));
  expect(message).toContain('function no_such_function() does not exist');
  const statuses = await Promise.all(
    Array.from({ length: 20 }, async () => (await fetch(`${twin.status().entrance}/products`)).status),
  );
  expect(new Set(statuses)).toEqual(new Set([200]));
  await rm(file);
});

test('an edit of a test rolls nothing', async () => {
  const rollouts = () => twin.lines.filter(({ message }) => message === 'catalog: rolling').length;
  const before = rollouts();
  await edit('apps/catalog/src/app.test.ts', 'import', '// edited\nimport');
  await edit('libs/problem/src/kinds.ts', 'Edited Title', 'Not Found');
  await untilServed('Not Found');
  expect(rollouts()).toBe(before + 1);
});

test(
  'a variable that is renamed in infra alone stops the service, and the reason is said',
  { timeout: 60_000 },
  async () => {
    const renamed = await copyWorkspace();
    const folder = await createStateFolder();
    const file = join(renamed, 'infra/components/fargate-service/environment.ts');
    const source = await readFile(file, 'utf8');
    expect(source).toContain('DATABASE_HOST');
    await writeFile(file, source.replaceAll('DATABASE_HOST', 'DATABASE_SERVER'));

    const broken = spawnTwin(folder, [], renamed);
    const { message } = await broken.until((line) => line.message.includes('starting another'));
    expect(message).toContain('DATABASE_HOST is required');
    expect(await broken.stop('SIGTERM')).toBe(0);
    expect(await findProcesses(folder)).toEqual([]);
    await removeFolder(folder);
    await removeFolder(renamed);
  },
);
