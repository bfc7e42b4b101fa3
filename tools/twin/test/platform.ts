import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { TwinStatus } from '../src/status.ts';

export const WORKSPACE = join(import.meta.dirname, '../../..');

const START_TIMEOUT_MS = 30_000;
const END_TIMEOUT_MS = 15_000;

interface LogLine {
  level: string;
  message: string;
  [field: string]: unknown;
}

/** A twin that runs as its user runs it: a process, told by signals, watched by its output. */
export interface RunningTwin {
  pid: number;
  state: string;
  lines: LogLine[];
  /** Resolves with the exit code. */
  exited: Promise<number | null>;
  /** Resolves with the first line that passes; rejects when the twin ends before. */
  until: (passes: (line: LogLine) => boolean) => Promise<LogLine>;
  /** What `twin.json` holds now. */
  status: () => TwinStatus;
  /** Sends a signal and resolves with the exit code. */
  stop: (signal: NodeJS.Signals) => Promise<number | null>;
}

/** A folder for the state of a twin; root's Postgres runs as another user, who must reach it. */
export async function createStateFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-state-'));
  await chmod(folder, 0o755);
  return folder;
}

/** Starts a twin on free ports. It may not be ready yet: wait for the line `ready`. */
export function spawnTwin(state: string, args: readonly string[] = [], workspace = WORKSPACE): RunningTwin {
  const script = join(workspace, 'tools/twin/src/main.ts');
  const child = spawn(process.execPath, [script, '--state', state, '--port', '0', '--aws-port', '0', ...args], {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A terminal gives every command a process group of its own.
    detached: true,
  });
  const lines: LogLine[] = [];
  const waiting = new Set<() => void>();
  const onLine = (line: string) => {
    lines.push(line.startsWith('{') ? (JSON.parse(line) as LogLine) : { level: 'stderr', message: line });
    for (const look of waiting) look();
  };
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', onLine);
  const exited = once(child, 'close').then(([code]) => code as number | null);
  return {
    pid: child.pid ?? 0,
    state,
    lines,
    exited,
    until: (passes) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.find(passes);
          if (found) resolve(found);
        };
        waiting.add(look);
        look();
        void exited.then(() => {
          reject(new Error(`the twin ended: ${lines.map(({ message }) => message).join('\n')}`));
        });
      }),
    status: () => JSON.parse(readFileSync(join(state, 'twin.json'), 'utf8')) as TwinStatus,
    stop(signal) {
      child.kill(signal);
      return exited;
    },
  };
}

/** Starts a twin and waits until all its tasks run. */
export async function startTwin(
  state: string,
  args: readonly string[] = [],
  workspace = WORKSPACE,
): Promise<RunningTwin> {
  const twin = spawnTwin(state, args, workspace);
  const late = delay(START_TIMEOUT_MS, undefined, { ref: false }).then(() => {
    throw new Error(`the twin is not ready: ${twin.lines.map(({ message }) => message).join('\n')}`);
  });
  await Promise.race([twin.until(({ message }) => message === 'ready'), late]);
  return twin;
}

/** A copy of the sources that a test may edit, on the dependencies of this checkout. */
export async function copyWorkspace(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'fairlead-workspace-'));
  await chmod(copy, 0o755);
  const isSource = (path: string) => !/\/(node_modules|dist|\.nx|\.fairlead)$/.test(path);
  for (const folder of ['apps', 'libs', 'infra', 'tools', 'package.json']) {
    await cp(join(WORKSPACE, folder), join(copy, folder), { recursive: true, filter: isSource });
  }
  await linkDependencies(WORKSPACE, copy);
  return copy;
}

/** Links every installed package, and those of the workspace to the copy. */
async function linkDependencies(from: string, to: string): Promise<void> {
  const packages = join(to, 'node_modules');
  await mkdir(join(packages, '@fairlead'), { recursive: true });
  for (const name of await readdir(join(from, 'node_modules'))) {
    if (name !== '@fairlead') await symlink(join(from, 'node_modules', name), join(packages, name));
  }
  for (const lib of await readdir(join(to, 'libs')))
    await symlink(join(to, 'libs', lib), join(packages, '@fairlead', lib));
}

export const removeFolder = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });

/** The processes that hold one of these folders in their command line, the twin and its Postgres among them. */
export async function findProcesses(...folders: string[]): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
      return folders.some((folder) => `${commandLine}${environment}`.includes(folder)) ? [commandLine] : [];
    } catch {
      return [];
    }
  });
}

/** Resolves when nothing runs on a folder any more: what a killed twin leaves is ended by its reaper. */
export async function untilNoProcess(folder: string): Promise<void> {
  const deadline = Date.now() + END_TIMEOUT_MS;
  for (;;) {
    const left = await findProcesses(folder);
    if (left.length === 0) return;
    if (Date.now() > deadline) throw new Error(`still running: ${left.join('\n')}`);
    await delay(50);
  }
}
