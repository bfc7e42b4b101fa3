import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, test } from 'vitest';

const WORKSPACE = join(import.meta.dirname, '..');
const NOT_OURS = ['**/node_modules', '**/dist', '**/.fairlead*', '**/.nx', '**/.git'];

/** What Nx itself can do, beside running the target of a project. */
const NX_COMMANDS = ['run-many', 'affected', 'graph', 'show', 'reset'];

/** The text of every page by its path. */
const pages = new Map<string, string>();

beforeAll(async () => {
  for await (const path of glob('**/*.md', { cwd: WORKSPACE, exclude: NOT_OURS })) {
    pages.set(path, await readFile(join(WORKSPACE, path), 'utf8'));
  }
});

/** What a pattern finds in the pages, with the page that it is in. */
function findInPages(pattern: RegExp, part: (text: string) => string = (text) => text) {
  return [...pages].flatMap(([path, text]) =>
    Array.from(part(text).matchAll(pattern), ([, ...found]) => ({ path, found: found })),
  );
}

const readJson = async <Value>(path: string): Promise<Value> =>
  JSON.parse(await readFile(join(WORKSPACE, path), 'utf8')) as Value;

const withoutCode = (text: string): string => text.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`]*`/g, '');

const onlyCode = (text: string): string => (text.match(/^```[\s\S]*?^```|`[^`]+`/gm) ?? []).join('\n');

/** The anchors that GitHub gives to the headings of a page. */
const anchorsOf = (text: string): string[] =>
  Array.from(text.matchAll(/^#+ (.+)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

test('every relative link leads somewhere', () => {
  const links = findInPages(/\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]+))?\)/g, withoutCode);
  expect(links.length).toBeGreaterThan(30);
  const broken = links.filter(({ path, found: [target = '', anchor = ''] }) => {
    const file = target === '' ? path : join(dirname(path), target);
    if (!existsSync(join(WORKSPACE, file))) return true;
    return anchor !== '' && !anchorsOf(pages.get(file) ?? '').includes(anchor);
  });
  expect(broken).toEqual([]);
});

test('every npm command exists', async () => {
  const { scripts } = await readJson<{ scripts: Record<string, string> }>('package.json');
  const named = findInPages(/\bnpm (?:run )?(start|test|(?<=run )[\w:-]+)/g, onlyCode);
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter(({ found: [script = ''] }) => !(script in scripts))).toEqual([]);
});

test('every Nx command names a target that its project has', async () => {
  const targets = await findTargets();
  const named = findInPages(/\bnpx nx ([\w-]+)(?: ([a-z][\w-]*))?/g, onlyCode);
  expect(named.length).toBeGreaterThan(5);
  const unknown = named.filter(({ path, found: [target = '', project = ''] }) => {
    // The service that this guide adds does not exist here.
    if (path.endsWith('add-a-service.md') && project === 'greetings') return !targets.get('catalog')?.includes(target);
    return !NX_COMMANDS.includes(target) && !targets.get(project)?.includes(target);
  });
  expect(unknown).toEqual([]);
});

/** The targets of every project by its name, as Nx infers them. */
async function findTargets(): Promise<Map<string, string[]>> {
  const plugin = pathToFileURL(join(WORKSPACE, 'tools/plugin/targets.js')).href;
  const { createNodes } = (await import(plugin)) as { createNodes: [pattern: string, create: CreateNodes] };
  const [pattern, create] = createNodes;
  const files = await Array.fromAsync(glob(pattern, { cwd: WORKSPACE }));
  const created = create(files, undefined, { workspaceRoot: WORKSPACE });
  const entries = created.map(async ([file, { projects }]) => {
    const { nx, name } = await readJson<{ name: string; nx?: { name: string } }>(file);
    return [nx?.name ?? name, Object.keys(projects[dirname(file)]?.targets ?? {})] as const;
  });
  return new Map(await Promise.all(entries));
}

type CreateNodes = (
  files: string[],
  options: undefined,
  context: { workspaceRoot: string },
) => [file: string, result: { projects: Record<string, { targets: Record<string, unknown> }> }][];

test('every file that a command runs exists', () => {
  const named = findInPages(/\bnode (?:tools\/toolchain\/run\.js )?([\w./-]+\.[jt]s)\b/g, onlyCode);
  expect(named.length).toBeGreaterThan(2);
  // What a container runs is named as it stands in the image.
  const missing = named.filter(
    ({ found: [file = ''] }) => !file.startsWith('src/') && !existsSync(join(WORKSPACE, file)),
  );
  expect(missing).toEqual([]);
});

test('every path of the workspace that is named exists', () => {
  const named = findInPages(/`((?:apps|libs|infra|tools|docs)\/[\w./-]+)`/g);
  expect(named.length).toBeGreaterThan(10);
  const example = /greetings|0002-weight/;
  const missing = named.filter(({ found: [path = ''] }) => !example.test(path) && !existsSync(join(WORKSPACE, path)));
  expect(missing).toEqual([]);
});
