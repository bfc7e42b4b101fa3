import { glob, mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadDocumented } from './documented.ts';
import { findStale, replaceStale } from './folder.ts';
import { writePages } from './pages.ts';

const WORKSPACE = join(import.meta.dirname, '../..');

let pages: Map<string, string>;
let temporary: string;

beforeAll(async () => {
  pages = await writePages(await loadDocumented(join(WORKSPACE, 'apps')), import.meta.dirname);
  temporary = await mkdtemp(join(tmpdir(), 'fairlead-reference-'));
});

afterAll(() => rm(temporary, { recursive: true }));

/** What stands first in the rows of a page's tables. */
const firstColumn = (page: string): string[] =>
  Array.from(pages.get(page)?.matchAll(/^\| `([^`]+)`/gm) ?? [], ([, text = '']) => text);

/** What a pattern finds in the sources of libs and apps. */
async function findInSources(pattern: RegExp): Promise<string[]> {
  const files = await Array.fromAsync(glob('{apps,libs}/*/src/**/*.ts', { cwd: WORKSPACE }));
  const sources = await Promise.all(
    files.filter((file) => !file.endsWith('.test.ts')).map((file) => readFile(join(WORKSPACE, file), 'utf8')),
  );
  return sources.flatMap((source) => Array.from(source.matchAll(pattern), ([, found = '']) => found));
}

test('every problem that is defined is documented, and nothing else is', async () => {
  const defined = await findInSources(/defineProblem\(\{\s*code: '([^']+)'/g);
  expect(defined.length).toBeGreaterThan(10);
  expect(firstColumn('problems.md')).toEqual(defined.toSorted());
});

test('the problem that the load balancer answers is documented', async () => {
  const listeners = await readFile(join(WORKSPACE, 'infra/components/entrance/listeners.ts'), 'utf8');
  const [, code = 'none'] = /code: '([^']+)'/.exec(listeners) ?? [];
  expect(pages.get('problems.md')).toContain(`\`${code}\``);
});

test('every environment variable that is declared is documented, and nothing else is', async () => {
  const declared = await findInSources(
    /\b(?:text|textMap|integer|flag|oneOf|secret|count|milliseconds)\(\s*'([A-Z][A-Z0-9_]+)',/g,
  );
  expect(declared.length).toBeGreaterThan(10);
  expect(new Set(firstColumn('settings.md'))).toEqual(new Set(declared));
});

test.each(['catalog', 'payments', 'users'])('every route of %s is documented, and nothing else is', (service) => {
  const { paths } = JSON.parse(pages.get(`openapi/${service}.json`) ?? '') as { paths: Record<string, object> };
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(firstColumn(`api-${service}.md`)).toEqual(routes);
});

test('every rule between times is documented, and nothing else is', async () => {
  const source = await readFile(join(WORKSPACE, 'libs/manifest/src/times.test.ts'), 'utf8');
  const rules = pages.get('times.md')?.match(/^- /gm) ?? [];
  expect(rules.length).toBe(source.match(/^test/gm)?.length);
});

test('a service that is added is documented', async () => {
  const apps = join(temporary, 'apps');
  const service = (file: string) => join(apps, 'parcels', file);
  await mkdir(dirname(service('src/config.ts')), { recursive: true });
  await writeFile(service('service.ts'), '');
  await writeFile(
    service('src/config.ts'),
    `export const settings = { depot: { variable: 'DEPOT', description: 'Where.', allowed: 'a | b', isSecret: false } };`,
  );
  await writeFile(
    service('src/contract.ts'),
    `export const api = { service: 'parcels', title: 'Parcels', description: 'What is sent.', version: '1', routes: {
      track: { method: 'get', path: '/parcels/:id', summary: 'Where it is.', audience: 'anyone', responses: {},
        problems: [{ code: 'parcels/lost', kind: 'not-found', meaning: 'Nobody knows.' }] } } };`,
  );

  const added = await writePages(await loadDocumented(apps), temporary);
  expect(added.get('settings.md')).toMatch(/## parcels[^#]*`DEPOT` *\| Where\. *\| a \\\| b *\| required/);
  expect(added.get('problems.md')).toMatch(/`parcels\/lost` *\| 404 Not Found *\| Nobody knows\./);
  expect(added.get('api-parcels.md')).toContain('`GET /parcels/{id}`');
  expect([...added.keys()]).toContain('openapi/parcels.json');
});

test('a page that is changed, missing or of something that is no more is stale, until it is replaced', async () => {
  const folder = join(temporary, 'pages');
  const written = new Map([
    ['a.md', 'a'],
    ['data/b.json', '{}'],
    ['c.md', 'c'],
  ]);
  await replaceStale(written, folder);
  expect(await findStale(written, folder)).toEqual([]);

  await writeFile(join(folder, 'a.md'), 'edited');
  await rm(join(folder, 'data/b.json'));
  await writeFile(join(folder, 'gone.md'), '');
  await writeFile(join(folder, 'generate.ts'), '');
  expect(await findStale(written, folder)).toEqual(['a.md', 'data/b.json', 'gone.md']);
  expect(await replaceStale(written, folder)).toEqual(['a.md', 'data/b.json', 'gone.md']);
  expect(await findStale(written, folder)).toEqual([]);
});
