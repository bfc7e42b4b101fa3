import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, test } from 'vitest';

interface Boundary {
  sourceTag: string;
  onlyDependOnLibsWithTags: string[];
}

interface LintConfig {
  rules?: { '@nx/enforce-module-boundaries'?: [level: string, options: { depConstraints: Boundary[] }] };
}

let page: string;
let boundaries: [tag: string, mayImport: string[]][];

beforeAll(async () => {
  page = await readFile(join(import.meta.dirname, 'architecture.md'), 'utf8');
  const file = pathToFileURL(join(import.meta.dirname, '../eslint.config.js')).href;
  const { default: configs } = (await import(file)) as { default: LintConfig[] };
  const [rule] = configs.flatMap(({ rules }) => rules?.['@nx/enforce-module-boundaries'] ?? []).slice(1) as [
    { depConstraints: Boundary[] },
  ];
  boundaries = rule.depConstraints.map(({ sourceTag, onlyDependOnLibsWithTags }) => [
    sourceTag,
    onlyDependOnLibsWithTags,
  ]);
});

test('the table of who may import whom is the one that ESLint enforces', () => {
  const rows = Array.from(
    page.matchAll(/^\|[^|]*\| `((?:type|lib):[^`]+)`\s*\|([^|]*)\|$/gm),
    ([, tag = '', cell = '']) => {
      return [tag, Array.from(cell.matchAll(/`([^`]+)`/g), ([, allowed = '']) => allowed)];
    },
  );
  expect(rows).toEqual(boundaries);
});

/** Most libs import these; arrows to them would hide the others. */
const LEAVES = ['config', 'manifest', 'problem'];

test('the picture of who may import whom shows the table', () => {
  const section = page.slice(page.indexOf('## Who may import whom'));
  const drawn = Array.from(
    section.slice(0, section.indexOf('|')).matchAll(/^ +([\w-]+) --> ([\w-]+)$/gm),
    ([, from, to]) => {
      return `${from} --> ${to}`;
    },
  );
  const name = (tag: string) => tag.replace(/^\w+:/, '');
  const allowed = boundaries.flatMap(([tag, mayImport]) => {
    const shown = mayImport.filter((other) => tag.startsWith('type:') || !LEAVES.includes(name(other)));
    return shown.map((other) => `${name(tag)} --> ${name(other)}`);
  });
  expect(drawn.toSorted()).toEqual(allowed.toSorted());
});

test('the picture of a task that leaves keeps to the table of times', async () => {
  const { times } = (await import(pathToFileURL(join(import.meta.dirname, '../libs/manifest/src/times.ts')).href)) as {
    times: { loadBalancer: Record<string, number>; drain: Record<string, number> };
  };
  const { deregistrationDelaySeconds = 0 } = times.loadBalancer;
  const { lagSeconds = 0, longestRequestSeconds = 0, stopTimeoutSeconds = 0 } = times.drain;
  const bar = (name: string) => {
    const [, from, to] = new RegExp(`\\(${name}\\) :(?:crit, )?(\\d+), (\\d+)$`, 'm').exec(page) ?? [];
    return [Number(from), Number(to)];
  };
  const told = deregistrationDelaySeconds;
  const closed = told + lagSeconds;
  expect(bar('deregistration delay')).toEqual([0, told]);
  expect(bar('drain lag')).toEqual([told, closed]);
  expect(bar('longest request')).toEqual([closed, closed + longestRequestSeconds]);
  expect(bar('stop timeout')).toEqual([told, told + stopTimeoutSeconds]);
});
