import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { useProcessGroups, isRunning } from '../../test/processes.ts';
import { createFolder } from '../../test/workspace.ts';
import { ProcessGroups, type ChildProcessGroup, type ProcessOptions } from './process-group.ts';

const WAIT = { timeout: 10_000 };

interface Started {
  child: ChildProcessGroup;
  lines: string[];
}

async function start(shell: string, groups = useProcessGroups(), changes: Partial<ProcessOptions> = {}) {
  const lines: string[] = [];
  const child = await groups.start({
    command: '/bin/sh',
    args: ['-c', shell],
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
    onLine: (line) => lines.push(line),
    ...changes,
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return { child, lines } satisfies Started;
}

const firstLine = async ({ lines }: Started): Promise<string> => {
  await expect.poll(() => lines.length, WAIT).toBeGreaterThan(0);
  return lines[0]!;
};

describe('a process', () => {
  test('tells how it ended, after every line that it wrote', async () => {
    const { child, lines } = await start('echo one; echo two >&2; seq 3 5000; printf "no line end"; exit 7');
    expect(await child.exited).toEqual({ code: 7, signal: null });
    expect(lines).toHaveLength(5001);
    expect(lines).toEqual(expect.arrayContaining(['one', 'two', '5000', 'no line end']));
  });

  test('tells what signal ended it', async () => {
    const { child } = await start('exec sleep 60');
    child.kill('SIGTERM');
    expect(await child.exited).toEqual({ code: null, signal: 'SIGTERM' });
  });

  test('has the environment that it is given and no other', async () => {
    const { child, lines } = await start('echo "${HOME-none} $WORD"', undefined, { env: { WORD: 'given' } });
    await child.exited;
    expect(lines).toEqual(['none given']);
  });

  test('that cannot be started is an error', async () => {
    const groups = useProcessGroups();
    await expect(start('', groups, { command: '/absent' })).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(start('', groups, { cwd: '/absent' })).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('may be killed after it has ended', async () => {
    const { child } = await start('exit 0');
    await child.exited;
    child.kill('SIGKILL');
  });

  test('is signalled together with what it started', async () => {
    const started = await start('sleep 60 & echo $!; wait');
    const grandchild = Number(await firstLine(started));
    started.child.kill('SIGTERM');
    await started.child.exited;
    await expect.poll(() => isRunning(grandchild), WAIT).toBe(false);
  });

  test('that ends takes with it what it started, and is over although that held its output', async () => {
    const started = await start('sleep 60 & echo $!; exit 3');
    expect(await started.child.exited).toEqual({ code: 3, signal: null });
    await expect.poll(() => isRunning(Number(started.lines[0])), WAIT).toBe(false);
  });
});

test.for([
  ['exit 0', undefined],
  ['echo "no space left"; exit 1', 'no space left'],
  ['exit 3', '/bin/sh -c exit 3 ended with exit code 3'],
  ['kill -TERM $$', '/bin/sh -c kill -TERM $$ ended with SIGTERM'],
] as const)('running a process to its end, %s, fails with %j', async ([shell, expected]) => {
  const options = { command: '/bin/sh', args: ['-c', shell], cwd: '/', env: { PATH: '/usr/bin:/bin' } };
  const message = await useProcessGroups()
    .run(options)
    .then(
      () => undefined,
      (error: unknown) => (error as Error).message,
    );
  expect(message).toBe(expected);
});

describe('the processes of a twin that is killed', () => {
  /** Starts a parent of such processes, and gives the lines that they write. */
  async function startParent(shells: readonly string[], lineCount: number, orphanSignal: NodeJS.Signals) {
    const folder = await createFolder();
    const script = fileURLToPath(new URL('../../test/process-parent.ts', import.meta.url));
    const parent = spawn(process.execPath, [script, ...shells], {
      cwd: folder,
      env: { ORPHAN_SIGNAL: orphanSignal },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const lines: string[] = [];
    for await (const line of createInterface({ input: parent.stdout })) {
      lines.push(line);
      if (lines.length === lineCount + 1) break;
    }
    const reaper = Number(lines[0]!.replace('reaper ', ''));
    const kill = async () => {
      parent.kill('SIGKILL');
      if (parent.exitCode === null && parent.signalCode === null) await once(parent, 'exit');
    };
    return { folder, lines: lines.slice(1), reaper, kill };
  }

  test('end with it and all that they started, and so does what ended them', async () => {
    const shells = ['echo $$; exec sleep 60', 'echo $$; sleep 60 & echo $!; wait'];
    const { lines, reaper, kill } = await startParent(shells, 3, 'SIGKILL');
    const pids = [...lines.map(Number), reaper];
    expect(pids.map(isRunning)).toEqual([true, true, true, true]);
    await kill();
    await expect.poll(() => pids.filter(isRunning), WAIT).toEqual([]);
  });

  test('that must end in order are asked to first', async () => {
    const shell = `trap 'echo in order > ended; exit' INT; echo ready; while :; do sleep 0.01; done`;
    const { folder, reaper, kill } = await startParent([shell], 1, 'SIGINT');
    await kill();
    await expect.poll(() => isRunning(reaper), WAIT).toBe(false);
    expect(await readFile(join(folder, 'ended'), 'utf8')).toBe('in order\n');
  });
});

describe('disposing of the groups', () => {
  test('ends the reaper, and what still runs with it', async () => {
    const groups = new ProcessGroups();
    const { child } = await start('exec sleep 60', groups);
    await groups[Symbol.asyncDispose]();
    expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(isRunning(groups.reaperPid)).toBe(false);
  });

  test('works when somebody has killed the reaper, and so does starting a process at that moment', async () => {
    const groups = new ProcessGroups();
    process.kill(groups.reaperPid, 'SIGKILL');
    // Without a pause, so that nobody here has been told yet.
    while (isRunning(groups.reaperPid));
    const { child } = await start('exit 0', groups);
    expect(await child.exited).toEqual({ code: 0, signal: null });
    await groups[Symbol.asyncDispose]();
  });
});
