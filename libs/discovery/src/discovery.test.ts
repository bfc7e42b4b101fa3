import { ConfigError, loadConfig } from '@fairlead/config';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { answer, startCloudMap } from '../test/start-cloud-map.ts';
import type { BalancerOptions } from './balancer.ts';
import { CloudMapDiscovery } from './cloud-map-discovery.ts';
import {
  createDiscovery,
  findZone,
  StaticDiscovery,
  type Discovery,
  type DiscoveryEvent,
  type Instance,
} from './index.ts';
import { discoverySettings } from './settings.ts';

const a = { id: 'task-a', host: '10.0.1.1', port: 8080, zone: 'eu-central-1a' };
const b = { id: 'task-b', host: '10.0.1.2', port: 9090, zone: 'eu-central-1b' };
const c = { id: 'task-c', host: '10.0.1.3', port: 8080, zone: 'eu-central-1a' };

type Create = (users: readonly Instance[], options?: BalancerOptions) => Promise<Discovery>;

const implementations: [string, Create][] = [
  ['StaticDiscovery', (users, options) => Promise.resolve(new StaticDiscovery({ users }, options))],
  ['CloudMapDiscovery', async (users, options) => (await createCloudMapDiscovery(users, options)).discovery],
];

async function createCloudMapDiscovery(users: readonly Partial<Instance>[], options: BalancerOptions = {}) {
  const cloudMap = await startCloudMap(users);
  const clock = { now: 0 };
  const events: DiscoveryEvent[] = [];
  const discovery = new CloudMapDiscovery({
    connect: () => Promise.resolve(cloudMap.client),
    namespace: 'dev.fairlead.internal',
    now: () => clock.now,
    onEvent: (event) => events.push(event),
    ...options,
  });
  onTestFinished(() => discovery[Symbol.asyncDispose]());
  return { discovery, cloudMap, clock, events };
}

async function pick(discovery: Discovery, avoid?: ReadonlySet<string>): Promise<Instance> {
  const lease = await discovery.acquire('users', avoid);
  lease.release();
  return lease.instance;
}

async function pickMany(discovery: Discovery, times = 60): Promise<string[]> {
  const ids = new Set<string>();
  for (let time = 0; time < times; time++) ids.add((await pick(discovery)).id);
  return [...ids].sort();
}

describe.each(implementations)('%s', (_name, create) => {
  test('finds every instance of a service, with its address and zone', async () => {
    expect(await pick(await create([b]))).toEqual(b);
    expect(await pickMany(await create([a, b, c]))).toEqual([a.id, b.id, c.id]);
  });

  test('says 503 with Retry-After where a service has no instance', async () => {
    const discovery = await create([]);
    const problem = { code: 'discovery/no-instances', kind: 'unavailable', headers: { 'Retry-After': '1' } };
    await expect(discovery.acquire('users')).rejects.toMatchObject(problem);
  });

  test('picks another instance than those already tried, and those again where there is no other', async () => {
    const discovery = await create([a, b]);
    for (let time = 0; time < 20; time++) expect(await pick(discovery, new Set([a.id]))).toEqual(b);
    expect([a.id, b.id]).toContain((await pick(discovery, new Set([a.id, b.id]))).id);
  });

  test('stays in the own zone', async () => {
    expect(await pickMany(await create([a, b, c], { zone: 'eu-central-1a' }))).toEqual([a.id, c.id]);
  });

  test('leaves out an instance that refuses connections', async () => {
    const discovery = await create([a, b, c]);
    for (;;) {
      const lease = await discovery.acquire('users');
      if (lease.instance.id !== a.id) {
        lease.release();
        continue;
      }
      lease.fail('unreachable');
      break;
    }
    expect(await pickMany(discovery)).toEqual([b.id, c.id]);
  });
});

describe('Cloud Map', () => {
  test('is asked for healthy instances, and for all of them where none is healthy', async () => {
    const { discovery, cloudMap } = await createCloudMapDiscovery([a]);
    await pick(discovery);
    expect(cloudMap.lookups).toEqual([
      {
        NamespaceName: 'dev.fairlead.internal',
        ServiceName: 'users',
        HealthStatus: 'HEALTHY_OR_ELSE_ALL',
        MaxResults: 1000,
      },
    ]);
  });

  test('may leave out the port, the zone, and what is no address at all', async () => {
    const { discovery } = await createCloudMapDiscovery([{ id: 'x', host: '10.0.0.9' }, { id: 'y' }]);
    for (let time = 0; time < 10; time++)
      expect(await pick(discovery)).toEqual({ id: 'x', host: '10.0.0.9', port: 8080 });
  });

  test('names other instances ten seconds later: the one that is gone is not picked any more', async () => {
    const { discovery, cloudMap, clock } = await createCloudMapDiscovery([a, b]);
    await pick(discovery);
    cloudMap.instances = [b];
    clock.now = 10_000;
    expect(await pickMany(discovery)).toEqual([b.id]);
    expect(cloudMap.lookups).toHaveLength(2);
  });

  test.each<[string, string]>([
    ['throttles', 'RequestLimitExceeded'],
    ['does not know the service', 'ServiceNotFound'],
  ])('that %s is told of, and the instances found before are used for a minute and longer', async (_title, type) => {
    const { discovery, cloudMap, clock, events } = await createCloudMapDiscovery([a, b]);
    await pick(discovery);
    cloudMap.answer = (response) => {
      answer(response, 400, { __type: type, message: 'no' });
    };
    for (let failures = 1; failures <= 30; failures++) {
      clock.now = 10_000 + failures * 3000;
      expect([a.id, b.id]).toContain((await pick(discovery)).id);
      await vi.waitFor(
        () => {
          expect(events).toHaveLength(failures);
        },
        { interval: 1 },
      );
    }
    expect(events[0]).toMatchObject({ type: 'lookup-failed', service: 'users', error: { name: type } });
  });

  test('that fails from the start is the cause of what callers are told', async () => {
    const { discovery, cloudMap } = await createCloudMapDiscovery([a]);
    cloudMap.answer = (response) => {
      answer(response, 400, { __type: 'NamespaceNotFound', message: 'no' });
    };
    const problem = { code: 'discovery/no-instances', cause: { name: 'NamespaceNotFound' } };
    await expect(discovery.acquire('users')).rejects.toMatchObject(problem);
  });
});

describe('the settings', () => {
  const load = (environment: Record<string, string>) => loadConfig(discoverySettings, environment);

  test('name the instances of every service, with the port of containers where they name none', async () => {
    const instances = JSON.stringify({ users: 'users.test:80', catalog: '[::1]:9090, 10.0.0.1' });
    const discovery = createDiscovery(load({ DISCOVERY: 'static', DISCOVERY_INSTANCES: instances }));
    expect(await pick(discovery)).toEqual({ id: 'users.test:80', host: 'users.test', port: 80 });
    const { instance } = await discovery.acquire('catalog', new Set(['10.0.0.1']));
    expect(instance).toMatchObject({ host: '[::1]', port: 9090 });
    expect((await discovery.acquire('catalog', new Set([instance.id]))).instance).toMatchObject({ port: 8080 });
  });

  test.each(['http://users.test', 'users.test:http', 'users.test:99999', 'users test', ''])(
    'refuse %j as an instance',
    (users) => {
      const config = load({ DISCOVERY: 'static', DISCOVERY_INSTANCES: JSON.stringify({ users }) });
      expect(() => createDiscovery(config)).toThrow(ConfigError);
    },
  );

  test('ask for the namespace of Cloud Map', () => {
    expect(() => createDiscovery(load({}))).toThrow('DISCOVERY_NAMESPACE is required');
  });

  test('lead to what answers in place of AWS, under its own name', async () => {
    const { url, lookups } = await startCloudMap([a]);
    const environment = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' };
    const before = { ...process.env };
    onTestFinished(() => void (process.env = before));
    Object.assign(process.env, environment, { AWS_ENDPOINT_URL: url });
    const settings = { DISCOVERY_NAMESPACE: 'dev.fairlead.internal', AWS_ENDPOINT_URL: url };
    await using discovery = createDiscovery(load(settings));
    expect(await pick(discovery)).toEqual(a);
    expect(lookups).toHaveLength(1);
  });
});

describe('the zone of a task', () => {
  async function startMetadata(status: number, body: string): Promise<string> {
    const server = createServer((request, response) => {
      response.writeHead(request.url === '/v4/1/task' ? status : 404).end(body);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v4/1`;
  }

  test('is what ECS says', async () => {
    const url = await startMetadata(200, JSON.stringify({ AvailabilityZone: 'eu-central-1a' }));
    expect(await findZone(url)).toBe('eu-central-1a');
  });

  test('is not asked for outside of ECS', async () => {
    expect(await findZone('')).toBeUndefined();
  });

  test.each([
    [200, '{}', 0],
    [200, 'nothing', 1],
    [500, '{}', 1],
  ])('is unknown, and no reason to fail, where ECS answers %i %s', async (status, body, failures) => {
    const errors: unknown[] = [];
    expect(await findZone(await startMetadata(status, body), (error) => errors.push(error))).toBeUndefined();
    expect(errors).toHaveLength(failures);
  });
});
