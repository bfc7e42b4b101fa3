import { beforeEach, expect, test } from 'vitest';
import { createFolder } from '../../test/workspace.ts';
import { findAffectedServices } from './affected-services.ts';

const SERVICES = ['catalog', 'carts', 'images'];

let workspace: string;

const definePackage = (name: string, ...dependencies: string[]) =>
  JSON.stringify({ name, dependencies: Object.fromEntries(dependencies.map((dependency) => [dependency, '0.0.0'])) });

beforeEach(async () => {
  workspace = await createFolder({
    'apps/catalog/package.json': definePackage('@fairlead/catalog', '@fairlead/service', '@fairlead/database', 'pg'),
    'apps/carts/package.json': definePackage('@fairlead/carts', '@fairlead/service'),
    'apps/images/package.json': '{"name":"@fairlead/images"}',
    'libs/service/package.json': definePackage('@fairlead/service', '@fairlead/logging', 'express'),
    'libs/database/package.json': definePackage('@fairlead/database', '@fairlead/problem'),
    'libs/logging/package.json': definePackage('@fairlead/logging', '@fairlead/problem'),
    'libs/problem/package.json': '{"name":"@fairlead/problem"}',
    'libs/unused/package.json': '{"name":"@fairlead/unused"}',
  });
});

test.for([
  ['apps/catalog/src/app.ts', ['catalog']],
  ['apps/catalog/migrations/0001-products.sql', ['catalog']],
  ['libs/database/src/pool.ts', ['catalog']],
  ['libs/service/src/http-server.ts', ['catalog', 'carts']],
  ['libs/problem/src/kinds.ts', ['catalog', 'carts']],
  ['libs/unused/src/index.ts', []],
  ['apps/other/src/main.ts', []],
] as const)('an edit of %s concerns %j', async ([file, expected]) => {
  expect(await findAffectedServices(workspace, SERVICES, file)).toEqual(expected);
});

test('libs that depend on each other are no endless way', async () => {
  const circle = await createFolder({
    'apps/catalog/package.json': definePackage('@fairlead/catalog', '@fairlead/a'),
    'libs/a/package.json': definePackage('@fairlead/a', '@fairlead/b'),
    'libs/b/package.json': definePackage('@fairlead/b', '@fairlead/a'),
  });
  expect(await findAffectedServices(circle, ['catalog'], 'libs/b/src/index.ts')).toEqual(['catalog']);
});
