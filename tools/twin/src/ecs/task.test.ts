import { describe, expect, onTestFinished, test } from 'vitest';
import { REPOSITORIES, defineContainer, defineTask } from '../../test/containers.ts';
import { useProcessGroups, isRunning } from '../../test/processes.ts';
import { createFolder } from '../../test/workspace.ts';
import type { ContainerDefinition } from '../graph/resources.ts';
import { Task, type TaskOptions, type TaskStatus } from './task.ts';

interface Setting {
  task: Task;
  lines: string[];
  statuses: TaskStatus[];
}

const after = (containerName: string, condition: 'START' | 'COMPLETE' | 'SUCCESS' | 'HEALTHY') => ({
  dependsOn: [{ containerName, condition }],
});

async function createTask(containers: ContainerDefinition[], changes: Partial<TaskOptions> = {}): Promise<Setting> {
  const lines: string[] = [];
  const statuses: TaskStatus[] = [];
  const task: Task = new Task({
    definition: defineTask(...containers),
    deployment: 1,
    port: 1,
    createEnvironment: () => ({ PATH: '/usr/bin:/bin' }),
    container: {
      workspace: await createFolder({ 'apps/web/package.json': '{}' }),
      repositories: REPOSITORIES,
      groups: useProcessGroups(),
    },
    onLine: (container, line) => lines.push(`${container}: ${line}`),
    onStatus: () => statuses.push(task.status),
    ...changes,
  });
  onTestFinished(() => task.stop('SIGKILL'));
  return { task, lines, statuses };
}

/** Runs a task until it stops by itself, and gives the reason. */
async function findStoppedReason(...containers: ContainerDefinition[]): Promise<string | undefined> {
  const { task } = await createTask(containers);
  void task.start();
  await task.stopped;
  return task.stoppedReason;
}

const SERVE = 'echo serving; exec sleep 60';

describe('containers of a task start', () => {
  test('one after another as their dependencies say, not as they are written', async () => {
    const { task, lines, statuses } = await createTask([
      defineContainer('web', SERVE, after('migrate', 'SUCCESS')),
      defineContainer('migrate', 'sleep 0.05; echo migrated', { essential: false, ...after('agent', 'START') }),
      defineContainer('agent', 'exec sleep 60'),
    ]);
    await task.start();
    expect(task.containers.map(({ definition }) => definition.name)).toEqual(['agent', 'migrate', 'web']);
    expect(statuses).toEqual(['PENDING', 'ACTIVATING']);
    await expect.poll(() => lines).toEqual(['migrate: migrated', 'web: serving']);
  });

  test('after a container that must have ended, however it did', async () => {
    const { task } = await createTask([
      defineContainer('web', SERVE, after('warm-up', 'COMPLETE')),
      defineContainer('warm-up', 'exit 3', { essential: false }),
    ]);
    await task.start();
    expect(task.containers[0]?.exit?.code).toBe(3);
    expect(task.status).toBe('ACTIVATING');
  });

  test('after a container that must be healthy', async () => {
    const healthCheck = { command: ['CMD', 'ls', 'ready'], interval: 0.01, timeout: 5, retries: 3, startPeriod: 5 };
    const { task, lines } = await createTask([
      defineContainer('web', 'ls ready; exec sleep 60', after('proxy', 'HEALTHY')),
      defineContainer('proxy', 'sleep 0.1; touch ready; exec sleep 60', { healthCheck }),
    ]);
    await task.start();
    await expect.poll(() => lines).toEqual(['web: ready']);
  });

  test('each with an environment of its own', async () => {
    const { task, lines } = await createTask(
      [defineContainer('web', 'echo $NAME; exec sleep 60'), defineContainer('agent', 'echo $NAME; exec sleep 60')],
      { createEnvironment: ({ name }) => ({ NAME: name, PATH: '/usr/bin:/bin' }) },
    );
    await task.start();
    await expect.poll(() => lines.toSorted()).toEqual(['agent: agent', 'web: web']);
  });
});

describe('a task stops and says why', () => {
  test('when a container that must succeed fails: the one that waits never starts', async () => {
    const { task, lines, statuses } = await createTask([
      defineContainer('web', SERVE, after('migrate', 'SUCCESS')),
      defineContainer('migrate', 'echo "Error: relation exists"; exit 3', { essential: false }),
    ]);
    await task.start();
    expect(task.stoppedReason).toBe('container migrate exited with code 3: Error: relation exists');
    expect(lines).not.toContain('web: serving');
    expect(statuses).toEqual(['PENDING', 'STOPPING', 'STOPPED']);
  });

  test('when a container that must be healthy ends or fails its checks', async () => {
    const healthCheck = { command: ['CMD', 'false'], interval: 0.01, timeout: 5, retries: 1, startPeriod: 0 };
    const web = defineContainer('web', SERVE, after('proxy', 'HEALTHY'));
    const ending = defineContainer('proxy', 'exit 0', { essential: false });
    const failing = defineContainer('proxy', 'exec sleep 60', { essential: false, healthCheck });
    expect(await findStoppedReason(web, ending)).toBe('container proxy did not become healthy');
    expect(await findStoppedReason(web, failing)).toBe('container proxy did not become healthy');
  });

  test('when its containers depend on each other', async () => {
    expect(
      await findStoppedReason(
        defineContainer('web', SERVE, after('agent', 'START')),
        defineContainer('agent', SERVE, after('web', 'START')),
      ),
    ).toBe('containers depend on each other: web, agent');
  });

  test('when a container depends on one that is not there', async () => {
    expect(await findStoppedReason(defineContainer('web', SERVE, after('agent', 'START')))).toBe(
      'container web depends on agent, which the task does not have',
    );
  });

  test('when its secrets cannot be had', async () => {
    const { task } = await createTask([defineContainer('web', SERVE)], {
      createEnvironment: () => {
        throw new Error('ResourceInitializationError: unable to pull secrets');
      },
    });
    await task.start();
    expect(task.stoppedReason).toBe('ResourceInitializationError: unable to pull secrets');
  });

  test('when its command does not exist', async () => {
    const web = defineContainer('web', SERVE, { entryPoint: ['absent-program'] });
    expect(await findStoppedReason(web)).toBe('spawn absent-program ENOENT');
  });

  test('when an essential container ends: the others end with it', async () => {
    const { task } = await createTask([
      defineContainer('agent', 'exec sleep 60', { essential: false }),
      defineContainer('web', 'sleep 0.05; echo bye; exit 4'),
    ]);
    await task.start();
    await task.stopped;
    expect(task.stoppedReason).toBe('Essential container in task exited: web exited with code 4: bye');
    expect(task.containers.map(({ isRunning: runs }) => runs)).toEqual([false, false]);
  });

  test('when an essential container is killed', async () => {
    const { task } = await createTask([defineContainer('web', 'exec sleep 60')]);
    await task.start();
    process.kill(task.pid, 'SIGKILL');
    await task.stopped;
    expect(task.stoppedReason).toBe('Essential container in task exited: web was ended by SIGKILL');
  });

  test.for([
    ['a log record', '{"level":"fatal","message":"configuration is invalid"}', 'configuration is invalid'],
    [
      'a log record with an error',
      '{"level":"fatal","message":"start failed","error":{"message":"port taken"}}',
      'start failed: port taken',
    ],
    [
      'a stack',
      'TypeError: x is not a function\n    at main.ts:1\n\nNode.js v26.0.0',
      'TypeError: x is not a function',
    ],
    ['plain words', 'out of memory', 'out of memory'],
    ['JSON that is no record', 'null', 'null'],
  ] as const)('in the words of %s', async ([, output, reason]) => {
    const web = defineContainer('web', 'printf "%s\\n" "$0"; exit 1', {});
    const stoppedReason = await findStoppedReason({ ...web, command: [...web.command, output] });
    expect(stoppedReason).toBe(`Essential container in task exited: web exited with code 1: ${reason}`);
  });
});

describe('a task', () => {
  test('goes on when a container that is not essential ends', async () => {
    const { task } = await createTask([
      defineContainer('agent', 'exit 1', { essential: false }),
      defineContainer('web', 'exec sleep 60'),
    ]);
    await task.start();
    await task.containers[0]!.exited;
    expect(task.status).toBe('ACTIVATING');
  });

  test('that is asked to stop gives no reason, and no container outlives it', async () => {
    const { task, statuses } = await createTask([
      defineContainer('agent', `trap '' TERM; while :; do sleep 0.01; done`, { stopTimeout: 0.1 }),
      defineContainer('web', 'exec sleep 60'),
    ]);
    await task.start();
    await task.stop('SIGTERM');
    expect(task.stoppedReason).toBeUndefined();
    expect(task.containers.map(({ isRunning: runs }) => runs)).toEqual([false, false]);
    expect(statuses.slice(-2)).toEqual(['STOPPING', 'STOPPED']);
  });

  test('that is asked to stop while a process is being created leaves none', async () => {
    const { task } = await createTask([defineContainer('web', 'exec sleep 60')], {
      createEnvironment: () => {
        queueMicrotask(() => void task.stop('SIGTERM'));
        return { PATH: '/usr/bin:/bin' };
      },
    });
    await task.start();
    await task.stopped;
    expect(task.containers).toHaveLength(1);
    expect(task.containers.filter(({ pid }) => isRunning(pid))).toEqual([]);
  });

  test('that is asked to stop while a container waits for another starts no more', async () => {
    const { task } = await createTask([
      defineContainer('migrate', 'exec sleep 60', { essential: false }),
      defineContainer('web', SERVE, after('migrate', 'COMPLETE')),
    ]);
    const started = task.start();
    await expect.poll(() => task.containers).toHaveLength(1);
    await task.stop('SIGTERM');
    await started;
    expect(task.containers).toHaveLength(1);
    expect(task.stoppedReason).toBeUndefined();
  });

  test('that is asked twice hurries', async () => {
    const { task, lines } = await createTask([
      defineContainer('web', `trap '' TERM; trap 'exit 0' INT; echo serving; while :; do sleep 0.01; done`),
    ]);
    await task.start();
    await expect.poll(() => lines).toEqual(['web: serving']);
    const stopped = task.stop('SIGTERM', 60);
    task.hurry();
    await stopped;
    expect(task.containers[0]?.exit).toEqual({ code: 0, signal: null });
  });

  test('is the process of its last essential container', async () => {
    const { task } = await createTask([
      defineContainer('web', 'exec sleep 60'),
      defineContainer('agent', 'exec sleep 60', { essential: false }),
    ]);
    expect(task.pid).toBe(0);
    await task.start();
    expect(task.pid).toBe(task.containers[0]?.pid);
  });

  test('is unhealthy when an essential container is', async () => {
    const healthCheck = { command: ['CMD', 'false'], interval: 0.01, timeout: 5, retries: 1, startPeriod: 0 };
    const { task } = await createTask([
      defineContainer('agent', 'exec sleep 60', { essential: false, healthCheck }),
      defineContainer('web', 'exec sleep 60', { healthCheck: { ...healthCheck, command: ['CMD', 'ls', 'ill'] } }),
    ]);
    await task.start();
    await expect.poll(() => task.containers.map(({ health }) => health)).toEqual(['UNHEALTHY', 'UNHEALTHY']);
    expect(task.isUnhealthy).toBe(true);
  });
});
