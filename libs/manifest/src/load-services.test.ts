import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ManifestError } from './fault.ts';
import { loadServices } from './load-services.ts';
import { nameOfSecret } from './service-declaration.ts';

const valid = { size: { cpu: 256, memoryMiB: 512 }, scaling: { min: 1, max: 2, cpuPercent: 50 } };

async function createApps(declarations: Record<string, unknown>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'manifest-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, declaration] of Object.entries(declarations)) {
    const app = join(folder, 'apps', name);
    await mkdir(app, { recursive: true });
    const source = typeof declaration === 'string' ? declaration : `export default ${JSON.stringify(declaration)};`;
    await writeFile(join(app, 'service.ts'), source);
  }
  return join(folder, 'apps');
}

async function faultsOf(declarations: Record<string, unknown>): Promise<string[]> {
  const error = await loadServices(await createApps(declarations)).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ManifestError);
  return (error as ManifestError).message.split('\n');
}

test('every declaration is loaded, in order of name', async () => {
  const apps = await createApps({
    users: { ...valid, name: 'users', route: '/users' },
    catalog: { ...valid, name: 'catalog', calls: ['users'] },
  });
  const services = await loadServices(apps);
  expect(services.map(({ name }) => name)).toEqual(['catalog', 'users']);
});

test('a secret is a name, or one whose value the platform generates', async () => {
  const secrets = ['payment-provider', { name: 'signing-key', generate: 'ed25519-key' }];
  const apps = await createApps({ payments: { ...valid, name: 'payments', secrets } });
  const [service] = await loadServices(apps);
  expect(service?.secrets?.map(nameOfSecret)).toEqual(['payment-provider', 'signing-key']);
});

test('a folder without a declaration is not a service', async () => {
  const apps = await createApps({ catalog: { ...valid, name: 'catalog' } });
  await mkdir(join(apps, 'notes'));
  expect(await loadServices(apps)).toHaveLength(1);
});

test.each([
  [
    'an unknown CPU size',
    { size: { cpu: 300, memoryMiB: 512 } },
    'size: Fargate sells no 300 CPU units; allowed: 256, 512',
  ],
  [
    'memory that does not go with the CPU',
    { size: { cpu: 256, memoryMiB: 4096 } },
    'allowed: 512, 1024, 2048 (given: {"cpu":256',
  ],
  [
    'fewer tasks at most than at least',
    { scaling: { min: 3, max: 2, cpuPercent: 50 } },
    'scaling: max must be at least min',
  ],
  ['no task at all', { scaling: { min: 0, max: 2, cpuPercent: 50 } }, 'scaling.min: must be at least 1 (given: 0)'],
  [
    'a CPU target out of range',
    { scaling: { min: 1, max: 2, cpuPercent: 99 } },
    'scaling.cpuPercent: must be 10 to 90 (given: 99)',
  ],
  ['a relative route', { route: 'products' }, 'route: must be a path of lower-case letters'],
  ['a route of the chassis', { route: '/livez' }, 'route: must not be one of /livez, /readyz'],
  ['a field that does not exist', { rout: '/products' }, 'rout: is not a field'],
  [
    'a number in the environment',
    { environment: { LIMIT: 3 } },
    'environment.LIMIT: must be text; write numbers and booleans in quotes (given: 3)',
  ],
  ['a variable in lower case', { environment: { limit: '3' } }, 'environment.limit: names must be upper-case letters'],
  [
    'a secret that is generated in no known way',
    { secrets: [{ name: 'signing-key', generate: 'rsa-key' }] },
    'secrets.0: must be a name, or { name, generate } with generate one of password, ed25519-key (given: {"name":',
  ],
  [
    'a secret declared twice',
    { secrets: ['payment-provider', { name: 'payment-provider', generate: 'password' }] },
    'secrets.1: is declared twice',
  ],
  ['the secret of the database', { secrets: ['database'] }, 'secrets.0: is what every database has, undeclared'],
  ['a call to itself', { calls: ['catalog'] }, 'calls: is not another service; allowed: none (given: "catalog")'],
  [
    'another name than its folder',
    { name: 'catalogue' },
    'name: must be the name of its folder, "catalog" (given: "catalogue")',
  ],
])('%s is refused with the file, the field, the value and what is allowed', async (_title, fault, message) => {
  const faults = await faultsOf({ catalog: { ...valid, name: 'catalog', ...fault } });
  expect(faults).toEqual([expect.stringContaining(message)]);
  expect(faults[0]).toMatch(/^apps\/catalog\/service\.ts: /);
});

test('the faults of all declarations are told at once', async () => {
  const faults = await faultsOf({
    catalog: { ...valid, name: 'catalog', route: 'x', size: { cpu: 1, memoryMiB: 1 } },
    users: { ...valid, name: 'users', route: '/USERS' },
  });
  expect(faults).toHaveLength(3);
});

test.each([
  ['the same route', '/products', '/products'],
  ['a route below another', '/products', '/products/reviews'],
])('%s as that of another service is refused', async (_title, first, second) => {
  const faults = await faultsOf({
    catalog: { ...valid, name: 'catalog', route: first },
    reviews: { ...valid, name: 'reviews', route: second },
  });
  expect(faults).toContainEqual(
    `apps/reviews/service.ts: route: is already served by catalog as "${first}" (given: "${second}")`,
  );
});

test('a route that only begins with the same letters is another route', async () => {
  const apps = await createApps({
    catalog: { ...valid, name: 'catalog', route: '/products' },
    reviews: { ...valid, name: 'reviews', route: '/products-reviews' },
  });
  expect(await loadServices(apps)).toHaveLength(2);
});

test('a database has one owner', async () => {
  const faults = await faultsOf({
    catalog: { ...valid, name: 'catalog', database: 'shop' },
    users: { ...valid, name: 'users', database: 'shop' },
  });
  expect(faults).toContainEqual(expect.stringContaining('database: belongs to catalog; a database has one owner'));
});

test('a declaration that does not load names its file and the reason', async () => {
  const faults = await faultsOf({ catalog: 'throw new Error("no such thing");' });
  expect(faults).toEqual([
    expect.stringContaining('apps/catalog/service.ts: default export: could not be loaded: no such thing'),
  ]);
});

test('a declaration without a default export is refused', async () => {
  const faults = await faultsOf({ catalog: 'export const service = {};' });
  expect(faults).toEqual([expect.stringMatching(/^apps\/catalog\/service\.ts: default export: /)]);
});
