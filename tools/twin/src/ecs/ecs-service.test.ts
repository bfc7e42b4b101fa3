import { describe, expect, test } from 'vitest';
import { defineContainer, defineTask } from '../../test/containers.ts';
import { send } from '../../test/http.ts';
import { isRunning } from '../../test/processes.ts';
import { defineTargetGroup } from '../../test/resources.ts';
import { WEB, createService, serve, type StartedService } from '../../test/start-service.ts';
import { TargetGroup } from '../load-balancer/target-group.ts';
import { LOOPBACK } from '../ports.ts';

const CRASH = `console.log('TypeError: no such table'); process.exit(1);`;
const WHY = 'Essential container in task exited: web exited with code 1: TypeError: no such table';

const WAIT = { timeout: 15_000, interval: 10 };

async function startService(...args: Parameters<typeof createService>): Promise<StartedService> {
  const started = await createService(...args);
  started.service.start();
  await untilReady(started);
  return started;
}

const untilReady = ({ service }: StartedService) => expect.poll(() => service.isReady, WAIT).toBe(true);

const pidsOf = ({ service }: StartedService) => service.tasks.map(({ pid }) => pid);

/** What the tasks that get requests answer. */
async function ask({ port, service }: StartedService): Promise<string[]> {
  const answers = service.tasks.map(() => send(port));
  return (await Promise.all(answers)).map(({ body }) => body);
}

describe('a service', () => {
  test('keeps the desired number of tasks, each found by the load balancer and in Cloud Map', async () => {
    const started = await startService(serve('first'));
    const { service, registry } = started;
    expect(service.tasks.map(({ status }) => status)).toEqual(['RUNNING', 'RUNNING']);
    expect(await ask(started)).toEqual(['first', 'first']);
    const registered = registry.instances('srv-web').map(({ id, attributes }) => [id, attributes] as const);
    const running = service.tasks.map(({ id, port }) => {
      const attributes = { ECS_CLUSTER_NAME: 'test', AWS_INSTANCE_IPV4: LOOPBACK, AWS_INSTANCE_PORT: String(port) };
      return [id, attributes] as const;
    });
    expect(new Map(registered)).toEqual(new Map(running));
  });

  test('replaces a task that is killed, and takes it out of Cloud Map', async () => {
    const started = await startService(serve('first'));
    const [killed, kept] = started.service.tasks;
    process.kill(killed!.pid, 'SIGKILL');
    await killed!.stopped;
    await untilReady(started);
    const ids = started.service.tasks.map(({ id }) => id);
    expect(ids).toHaveLength(2);
    expect(ids).toContain(kept!.id);
    expect(
      started.registry
        .instances('srv-web')
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(ids.toSorted());
    expect(started.events).toEqual([
      'a task stopped: Essential container in task exited: web was ended by SIGKILL; starting another now',
    ]);
  });

  test('replaces a task that fails its target health checks', async () => {
    const started = await startService(serve('first'));
    const [ill, well] = started.service.tasks;
    process.kill(ill!.pid, 'SIGUSR2');
    await ill!.stopped;
    await untilReady(started);
    expect(started.events).toEqual(['a task failed its target health checks; replacing it']);
    expect(started.service.tasks).toContain(well);
    expect(await ask(started)).toEqual(['first', 'first']);
  });

  test('replaces a task that fails its container health checks', async () => {
    const healthCheck = { command: ['CMD', 'ls', 'well'], interval: 0.05, timeout: 5, retries: 2, startPeriod: 0 };
    const shell = 'touch well; trap "rm well" USR2; while :; do sleep 0.01; done';
    const definition = defineTask(defineContainer('web', shell, { healthCheck }));
    const started = await startService('', { definition, resource: { desiredCount: 1, loadBalancers: [] } });
    const [ill] = started.service.tasks;
    process.kill(ill!.pid, 'SIGUSR2');
    await ill!.stopped;
    await untilReady(started);
    expect(started.events).toEqual(['a task failed its container health checks; replacing it']);
  });

  test('waits for every target group that it is in', async () => {
    const definitions = ['arn:first', 'arn:second'].map((arn) => ({ ...defineTargetGroup(), arn }));
    const targetGroups = new Map(definitions.map((definition) => [definition.arn, new TargetGroup(definition, 60)]));
    const loadBalancers = definitions.map(({ arn }) => ({
      targetGroupArn: arn,
      containerName: 'web',
      containerPort: 8080,
    }));
    await startService(serve('first'), { resource: { desiredCount: 1, loadBalancers }, targetGroups });
    expect([...targetGroups.values()].map((group) => group.choose()?.health)).toEqual(['healthy', 'healthy']);
  });
});

describe('a service that crashes', () => {
  test('is tried again, later each time, and says why and when', async () => {
    const { service, events, created } = await createService(CRASH, { resource: { desiredCount: 1 } });
    service.start();
    await expect
      .poll(() => events, WAIT)
      .toEqual([
        `a task stopped: ${WHY}; starting another now`,
        `a task stopped: ${WHY}; starting another in 0.5 s`,
        `a task stopped: ${WHY}; starting another in 1 s`,
      ]);
    const [, second, third] = created.map(({ createdAt }) => createdAt.getTime());
    expect(third! - second!).toBeGreaterThanOrEqual(495);
  });

  test('is tried at once when its source is mended', async () => {
    const started = await createService(CRASH, { resource: { desiredCount: 1 } });
    started.service.start();
    await expect.poll(() => started.events.at(-1), WAIT).toContain('in 2 s');
    const deployed = Date.now();
    await started.deploy(serve('mended'));
    await untilReady(started);
    expect(started.service.tasks[0]!.createdAt.getTime() - deployed).toBeLessThan(1000);
    expect(await ask(started)).toEqual(['mended']);
  });
});

describe('a deployment', () => {
  test('keeps the old tasks until as many new ones are healthy, and every request is answered', async () => {
    const started = await startService(serve('first'));
    const { service, port, changes } = started;
    await started.deploy(serve('second'));
    const answers: string[] = [];
    while (service.tasks.some(({ deployment }) => deployment === 1)) {
      answers.push((await send(port)).body);
    }
    expect(new Set(answers)).toEqual(new Set(['first', 'second']));
    expect(await ask(started)).toEqual(['second', 'second']);
    const healthy = changes.lastIndexOf('2 RUNNING');
    expect(changes.filter((change) => change === '2 RUNNING')).toHaveLength(2);
    expect(changes.indexOf('1 DEACTIVATING')).toBeGreaterThan(healthy);
  });

  test('that fails leaves the old tasks alone, and the next good one works', async () => {
    const started = await startService(serve('first'));
    const before = pidsOf(started);
    await started.deploy(CRASH);
    await expect.poll(() => started.events, WAIT).toEqual([`the new tasks failed, the running ones stay: ${WHY}`]);
    await expect.poll(() => pidsOf(started), WAIT).toEqual(before);
    expect(started.created).toHaveLength(3);
    expect(await ask(started)).toEqual(['first', 'first']);

    await started.deploy(serve('second'));
    await expect.poll(() => started.service.tasks.map(({ deployment }) => deployment), WAIT).toEqual([2, 2]);
    expect(await ask(started)).toEqual(['second', 'second']);
  });

  test('takes the place of one that has not finished', async () => {
    const started = await startService(serve('first'));
    const never = serve('second').replace('let status = 200', 'let status = 500');
    await started.deploy(never);
    await expect.poll(() => started.changes).toContain('2 ACTIVATING');
    await started.deploy(serve('third'));
    await expect.poll(() => started.service.tasks.map(({ deployment }) => deployment), WAIT).toEqual([3, 3]);
    expect(started.changes).not.toContain('2 RUNNING');
    expect(started.events).toEqual([]);
    expect(await ask(started)).toEqual(['third', 'third']);
  });

  test('may follow another many times a second: what runs at the end is the last', async () => {
    const started = await startService(serve('first'));
    for (let version = 2; version <= 12; version++) await started.deploy(serve(`version ${version}`));
    await expect.poll(() => started.service.tasks.map(({ deployment }) => deployment), WAIT).toEqual([12, 12]);
    expect(await ask(started)).toEqual(['version 12', 'version 12']);
    const running = started.created.filter(({ pid }) => pid !== 0 && isRunning(pid));
    expect(running).toHaveLength(2);
  });

  test('of a service without a load balancer waits for the health checks of its containers', async () => {
    const command = ['CMD', 'ls', 'ready'];
    const healthCheck = { command, interval: 60, timeout: 5, retries: 3, startPeriod: 60 };
    const definition = defineTask({ ...WEB, healthCheck });
    const readyLater = `
      import { writeFileSync } from 'node:fs';
      setTimeout(() => writeFileSync('ready', ''), 300);
      setInterval(() => {}, 1000);
    `;
    const started = await startService(readyLater, { definition, resource: { desiredCount: 1, loadBalancers: [] } });
    expect(started.service.tasks[0]?.containers[0]?.health).toBe('HEALTHY');
  });
});

describe('a service that is stopped', () => {
  test('leaves no process, and starts no other', async () => {
    const started = await startService(serve('first'));
    const pids = pidsOf(started);
    await started.service.stop(5);
    expect(pids.filter(isRunning)).toEqual([]);
    expect(started.service.tasks).toEqual([]);
    expect(started.events).toEqual([]);
    expect(started.created).toHaveLength(2);
  });

  test('while its first task is being created starts none', async () => {
    const started = await createService(serve('first'), { resource: { desiredCount: 1 } });
    started.service.start();
    await started.creating;
    await started.service.stop(1);
    await expect.poll(() => started.created).toHaveLength(1);
    await new Promise(setImmediate);
    expect(started.service.tasks).toEqual([]);
    expect(started.changes).toEqual([]);
  });

  test.for([0, 3, 10, 30])('%i ms after its start leaves no process', async (milliseconds) => {
    const started = await createService(serve('first'));
    started.service.start();
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    await started.service.stop(1);
    expect(started.created.flatMap(({ containers }) => containers).filter(({ pid }) => isRunning(pid))).toEqual([]);
  });

  test('kills what does not heed it', async () => {
    const deaf = `process.on('SIGINT', () => {}); process.on('SIGTERM', () => {}); ${serve('first')}`;
    const started = await startService(deaf, { resource: { desiredCount: 1 } });
    const [pid] = pidsOf(started);
    await started.service.stop(0.1);
    expect(isRunning(pid!)).toBe(false);
  });
});
