import { describe, expect, onTestFinished, test } from 'vitest';
import { REPOSITORIES, defineContainer } from '../../test/containers.ts';
import { useProcessGroups, isRunning } from '../../test/processes.ts';
import { createFolder } from '../../test/workspace.ts';
import type { ContainerDefinition } from '../graph/resources.ts';
import { Container } from './container.ts';

async function startContainer(shell: string, changes: Partial<ContainerDefinition> = {}): Promise<Container> {
  const container = await Container.start(defineContainer('web', shell, changes), {
    workspace: await createFolder({ 'apps/web/package.json': '{}' }),
    repositories: REPOSITORIES,
    groups: useProcessGroups(),
    env: { PATH: '/usr/bin:/bin', GREETING: 'hello' },
    onLine: () => undefined,
  });
  onTestFinished(() => container.stop('SIGKILL'));
  return container;
}

/** A health check that exits with one status after the other; the one after them says that they are over, and hangs. */
const playExits = (exits: readonly number[]): string =>
  `echo >> checks; set -- ${exits.join(' ')}; shift $(($(wc -l < checks) - 1))
  test $# -gt 0 && exit $1; touch over; exec sleep 60`;

const checkedBy = (command: string[], changes: Partial<ContainerDefinition['healthCheck'] & object> = {}) => ({
  healthCheck: { command, interval: 0.01, timeout: 5, retries: 3, startPeriod: 0, ...changes },
});

describe('a container', () => {
  test('runs in the folder of its image, with its own environment only', async () => {
    const container = await startContainer('ls; env');
    await container.exited;
    const { lastLines } = container;
    expect(lastLines[0]).toBe('package.json');
    expect(
      lastLines
        .filter((line) => !/^(PWD|SHLVL|_|OLDPWD)=/.test(line))
        .slice(1)
        .toSorted(),
    ).toEqual(['GREETING=hello', 'PATH=/usr/bin:/bin']);
  });

  test('remembers how it ended, and its last 20 lines', async () => {
    const container = await startContainer('seq 1 100; echo failed >&2; exit 3');
    expect(await container.exited).toEqual({ code: 3, signal: null });
    expect(container.isRunning).toBe(false);
    expect(container.exit).toEqual({ code: 3, signal: null });
    expect(container.lastLines).toHaveLength(20);
    expect(container.lastLines).toContain('failed');
  });

  test('that heeds SIGTERM ends as it likes', async () => {
    const container = await startContainer(
      `trap 'echo drained; exit 0' TERM; echo ready; while :; do sleep 0.01; done`,
    );
    await expect.poll(() => container.lastLines).toContain('ready');
    await container.stop('SIGTERM');
    expect(container.exit).toEqual({ code: 0, signal: null });
    expect(container.lastLines.at(-1)).toBe('drained');
  });

  test('that does not is killed after its stop timeout', async () => {
    const container = await startContainer(`trap '' TERM; echo ready; while :; do sleep 0.01; done`, {
      stopTimeout: 0.2,
    });
    await expect.poll(() => container.lastLines).toContain('ready');
    const asked = performance.now();
    await container.stop('SIGTERM');
    expect(container.exit).toEqual({ code: null, signal: 'SIGKILL' });
    expect(performance.now() - asked).toBeGreaterThanOrEqual(195);
  });

  test('takes what it started with it, as the first process of a real one does', async () => {
    const container = await startContainer('sleep 60 & echo $!; wait');
    await expect.poll(() => container.lastLines).toHaveLength(1);
    const child = Number(container.lastLines[0]);
    process.kill(container.pid, 'SIGKILL');
    expect(await container.exited).toEqual({ code: null, signal: 'SIGKILL' });
    await expect.poll(() => isRunning(child)).toBe(false);
  });
});

describe('the health of a container', () => {
  test('is unknown before its first check, and without one', async () => {
    const container = await startContainer('sleep 60');
    expect(container.health).toBe('UNKNOWN');
  });

  test.for([
    ['CMD-SHELL', ['CMD-SHELL', 'test "$GREETING" = hello && ls package.json']],
    ['CMD', ['CMD', 'ls', 'package.json']],
    [
      'CMD with the Node.js of the twin',
      ['CMD', 'node', '-e', 'process.exit(process.env.GREETING === "hello" ? 0 : 1)'],
    ],
  ] as const)('is what its command says: %s', async ([, command]) => {
    const container = await startContainer('sleep 60', checkedBy([...command]));
    await expect.poll(() => container.health).toBe('HEALTHY');
  });

  test.for([
    ['UNKNOWN', [1, 1]],
    ['UNHEALTHY', [1, 1, 1]],
    ['HEALTHY', [1, 1, 1, 0]],
    ['HEALTHY', [0, 1, 1, 0, 1, 1]],
    ['UNHEALTHY', [0, 1, 1, 1]],
  ] as const)('is %s with 3 retries after checks that exit with %j', async ([expected, exits]) => {
    const container = await startContainer(
      'until test -e over; do sleep 0.01; done; echo over; exec sleep 60',
      checkedBy(['CMD-SHELL', playExits(exits)]),
    );
    await expect.poll(() => container.lastLines).toContain('over');
    expect(container.health).toBe(expected);
  });

  test('is lost when the command takes too long', async () => {
    const container = await startContainer(
      'sleep 60',
      checkedBy(['CMD', 'sleep', '60'], { timeout: 0.05, retries: 1 }),
    );
    await expect.poll(() => container.health).toBe('UNHEALTHY');
  });

  test('is not lost in the start period', async () => {
    const container = await startContainer(
      'until test -e over; do sleep 0.01; done; echo over; exec sleep 60',
      checkedBy(['CMD-SHELL', playExits([1, 1, 1, 1, 1])], { startPeriod: 60 }),
    );
    await expect.poll(() => container.lastLines).toContain('over');
    expect(container.health).toBe('UNKNOWN');
  });

  test('is not asked for any more when it has ended', async () => {
    const container = await startContainer(
      'until test -s checker; do sleep 0.01; done; cat checker',
      checkedBy(['CMD-SHELL', 'echo $$ > checker; exec sleep 60']),
    );
    await container.exited;
    await expect.poll(() => isRunning(Number(container.lastLines[0]))).toBe(false);
  });
});
