import { DiscoverInstancesCommand, ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PersistentShop } from './buyers.ts';
import { sendLoad } from './load.ts';
import { createStateFolder, removeFolder, startTwin, untilNoProcess, type RunningTwin } from './platform.ts';

const TASK_REPLACED_MS = 5000;

let twin: RunningTwin;

beforeAll(async () => {
  twin = await startTwin(await createStateFolder(), ['--no-watch']);
});

afterAll(async () => {
  await twin.stop('SIGKILL');
  await untilNoProcess(twin.state);
  await removeFolder(twin.state);
});

const products = () => `${twin.status().entrance}/products`;
const catalog = () => twin.status().services.find(({ name }) => name === 'catalog')!;
const runningPids = () =>
  catalog()
    .tasks.filter(({ status }) => status === 'RUNNING')
    .map(({ pid }) => pid);

async function getPage(cursor: string | null): Promise<{ items: { id: string }[]; nextCursor: string | null }> {
  const url = `${products()}?limit=100${cursor === null ? '' : `&cursor=${cursor}`}`;
  const response = await fetch(url);
  expect(response.status).toBe(200);
  return (await response.json()) as { items: { id: string }[]; nextCursor: string | null };
}

/** The environment of a process, as Linux tells it. */
function environmentOf(pid: number): Record<string, string> {
  const entries = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
  return Object.fromEntries(entries.map((entry) => entry.split(/=(.*)/s).slice(0, 2) as [string, string]));
}

interface ContainerDefinition {
  name: string;
  environment: { name: string; value: string }[];
}

function readDefinition(): ContainerDefinition {
  const graph = JSON.parse(readFileSync(join(twin.state, 'graph.dev.json'), 'utf8')) as {
    resources: { type: string; name: string; inputs: { containerDefinitions: string } }[];
  };
  const definition = graph.resources.find(
    ({ type, name }) => type === 'aws:ecs/taskDefinition:TaskDefinition' && name === 'catalog',
  );
  const containers = JSON.parse(definition!.inputs.containerDefinitions) as ContainerDefinition[];
  return containers.find(({ name }) => name === 'catalog')!;
}

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const client = () => ({ endpoint: twin.status().aws, region: 'eu-west-1', credentials });

describe('a running platform', () => {
  test('serves the products through the entrance, at least 300 of them', async () => {
    let count = 0;
    let cursor: string | null = null;
    do {
      const page = await getPage(cursor);
      count += page.items.length;
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(count).toBeGreaterThanOrEqual(300);
  });

  test('refuses a body of 1 MB as the service does, every time', async () => {
    const body = JSON.stringify({ name: 'x'.repeat(1024 * 1024) });
    const token = await new PersistentShop(twin.status().entrance).signInAsAdmin(twin.status().aws);
    const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` };
    for (let attempt = 0; attempt < 50; attempt++) {
      const response = await fetch(products(), { method: 'POST', headers, body });
      expect(response.status).toBe(413);
      expect(await response.json()).toMatchObject({ code: 'request/body-too-large' });
    }
  });

  test('says what runs in twin.json', () => {
    expect(twin.status()).toEqual({
      entrance: expect.stringMatching(/^http:\/\/localhost:\d+$/),
      aws: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      services: ['catalog', 'payments', 'users'].map((name) => ({
        name,
        desired: 2,
        tasks: Array.from({ length: 2 }, () => ({
          id: expect.stringMatching(/^[0-9a-f]{32}$/),
          pid: expect.any(Number),
          port: expect.any(Number),
          status: 'RUNNING',
        })),
      })),
    });
  });

  test('gives a process the environment of its task definition, no secret, and nothing of the shell', () => {
    const definition = readDefinition();
    const environment = environmentOf(runningPids()[0]!);
    const declared = Object.fromEntries(definition.environment.map(({ name, value }) => [name, value]));
    expect(environment).toMatchObject(declared);

    const given = Object.keys(declared);
    const others = Object.keys(environment).filter((name) => !given.includes(name));
    expect(others.sort()).toEqual([
      'AWS_CONTAINER_CREDENTIALS_FULL_URI',
      'AWS_DEFAULT_REGION',
      'AWS_ENDPOINT_URL',
      'AWS_EXECUTION_ENV',
      'AWS_REGION',
      'AWS_XRAY_DAEMON_ADDRESS',
      'ECS_CONTAINER_METADATA_URI_V4',
      'HOST',
      'NODE_COMPILE_CACHE',
      'PATH',
      'PORT',
    ]);
  });

  test('has every task in Cloud Map, where it answers', async () => {
    const discovery = new ServiceDiscoveryClient({ ...client(), disableHostPrefix: true });
    const { Instances = [] } = await discovery.send(
      new DiscoverInstancesCommand({ NamespaceName: findNamespace(), ServiceName: 'catalog' }),
    );
    const ports = Instances.map(({ Attributes }) => Number(Attributes?.AWS_INSTANCE_PORT));
    expect(ports.sort()).toEqual(
      catalog()
        .tasks.map(({ port }) => port)
        .sort(),
    );
    for (const port of ports) expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
  });

  test('tells a task who it is, and gives it credentials', async () => {
    const environment = environmentOf(runningPids()[0]!);
    const task = (await (await fetch(`${environment.ECS_CONTAINER_METADATA_URI_V4}/task`)).json()) as {
      Family: string;
    };
    expect(task).toMatchObject({ Family: 'fairlead-dev-catalog', LaunchType: 'FARGATE', KnownStatus: 'RUNNING' });
    const given = await (await fetch(environment.AWS_CONTAINER_CREDENTIALS_FULL_URI!)).json();
    expect(given).toMatchObject({ AccessKeyId: expect.stringMatching(/^ASIA/), Token: expect.any(String) });
  });
});

function findNamespace(): string {
  const graph = JSON.parse(readFileSync(join(twin.state, 'graph.dev.json'), 'utf8')) as {
    resources: { type: string; outputs: { name: string } }[];
  };
  return graph.resources.find(({ type }) => type.includes('PrivateDnsNamespace'))!.outputs.name;
}

describe('a task', () => {
  test('that is killed is replaced by a healthy one within five seconds', async () => {
    const [killed, survivor] = runningPids();
    process.kill(killed!, 'SIGKILL');
    const started = performance.now();
    await expect
      .poll(() => runningPids().length === 2 && !runningPids().includes(killed!), {
        timeout: TASK_REPLACED_MS,
        interval: 20,
      })
      .toBe(true);
    expect(performance.now() - started).toBeLessThan(TASK_REPLACED_MS);
    expect(runningPids()).toContain(survivor);
    expect(twin.lines).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining('was ended by SIGKILL') }),
    );
  });

  test('that gets SIGTERM under load leaves without one failed request in 20,000', { timeout: 120_000 }, async () => {
    const [leaving] = runningPids();
    const load = sendLoad(`${products()}?limit=1`, { total: 20_000, connections: 32 });
    await delay(200);
    process.kill(leaving!, 'SIGTERM');
    expect((await load).outcomes).toEqual({ 200: 20_000 });
    await expect.poll(() => runningPids().filter((pid) => pid !== leaving).length, { timeout: 30_000 }).toBe(2);
  });
});

describe('Postgres', () => {
  const postmaster = () =>
    Number(readFileSync(join(twin.state, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0]);
  /** The server and every backend: each leads a process group of its own. */
  const signalAll = (signal: NodeJS.Signals) => {
    const pid = postmaster();
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
    for (const each of [pid, ...children]) process.kill(each, signal);
  };

  async function expectUnavailable(): Promise<void> {
    const started = performance.now();
    const response = await fetch(products());
    expect(response.status).toBe(503);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await response.json()).toMatchObject({ code: 'database/unavailable' });
    expect(performance.now() - started).toBeLessThan(1500);
  }

  const probe = (path: string) =>
    Promise.all(catalog().tasks.map(async ({ port }) => (await fetch(`http://127.0.0.1:${port}${path}`)).status));

  test(
    'that stops answering costs no task: quick 503s meanwhile, and recovery by itself',
    { timeout: 60_000 },
    async () => {
      const before = runningPids();
      signalAll('SIGSTOP');
      try {
        // Longer than a task has to fail its target health checks.
        const end = Date.now() + 15_000;
        while (Date.now() < end) {
          await expectUnavailable();
          expect(await probe('/livez')).toEqual([200, 200]);
          expect(await probe('/readyz')).toEqual([200, 200]);
        }
      } finally {
        signalAll('SIGCONT');
      }
      await expect.poll(async () => (await fetch(products())).status, { timeout: 5000 }).toBe(200);
      expect(runningPids().sort()).toEqual(before.sort());
    },
  );

  test('that is killed is started again, and no task notices for long', { timeout: 30_000 }, async () => {
    const before = runningPids();
    const killed = postmaster();
    process.kill(killed, 'SIGKILL');
    await expect.poll(() => existsSync(`/proc/${killed}`), { timeout: 5000 }).toBe(false);
    await expect.poll(async () => (await fetch(products())).status, { timeout: 15_000 }).toBe(200);
    expect(runningPids().sort()).toEqual(before.sort());
  });
});
