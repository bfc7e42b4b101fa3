import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface ProcessOptions {
  command: string;
  args: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** The user to run as, where it is not the one of this process. */
  user?: { uid: number; gid: number } | undefined;
  /** Called with every line of standard output and standard error. */
  onLine: (line: string) => void;
  /** What ends it after the twin has been killed. @default 'SIGKILL' */
  orphanSignal?: NodeJS.Signals;
}

/** How a process ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A child process that leads a process group of its own, so that it ends together with whatever it started. */
export interface ChildProcessGroup {
  pid: number;
  exited: Promise<Exit>;
  kill: (signal: NodeJS.Signals) => void;
}

/** Starts processes that end when the twin does, however it ends. */
export class ProcessGroups implements AsyncDisposable {
  readonly #reaper: ChildProcess;

  constructor() {
    const script = fileURLToPath(new URL('reaper.ts', import.meta.url));
    this.#reaper = spawn(process.execPath, [script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    this.#reaper.unref();
    // Whoever kills the reaper loses what it does, and no more.
    this.#reaper.stdin?.on('error', () => undefined);
  }

  /** The process that cleans up after a crash; while it lives, the one before has not finished. */
  get reaperPid(): number {
    return this.#reaper.pid ?? 0;
  }

  /** @throws where the command cannot be started */
  async start({
    command,
    args,
    cwd,
    env,
    user,
    onLine,
    orphanSignal = 'SIGKILL',
  }: ProcessOptions): Promise<ChildProcessGroup> {
    const child = spawn(command, args, { cwd, env, ...user, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', onLine);
    // As in a container, nothing outlives its first process; it might hold the output open, too.
    child.once('exit', () => {
      killGroup(child.pid ?? 0, 'SIGKILL');
    });
    // `close` comes after the last line of output, `exit` may come before it.
    const exited = new Promise<Exit>((resolve) =>
      child.once('close', (code, signal) => {
        resolve({ code, signal });
      }),
    );
    await once(child, 'spawn');

    const pid = child.pid ?? 0;
    this.#tell(`add ${pid} ${orphanSignal}`);
    void exited.then(() => {
      this.#tell(`remove ${pid}`);
    });
    return {
      pid,
      exited,
      kill: (signal) => {
        killGroup(pid, signal);
      },
    };
  }

  /** Runs a process to its end. @throws with what it wrote, where its exit code is not 0 */
  async run(options: Omit<ProcessOptions, 'onLine'>): Promise<void> {
    const lines: string[] = [];
    const child = await this.start({ ...options, onLine: (line) => lines.push(line) });
    const { code, signal } = await child.exited;
    if (code === 0) return;
    const command = [options.command, ...options.args].join(' ');
    throw new Error(lines.join('\n') || `${command} ended with ${signal ?? `exit code ${code ?? 'unknown'}`}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#reaper.exitCode !== null || this.#reaper.signalCode !== null) return;
    const exited = once(this.#reaper, 'exit');
    this.#reaper.ref();
    this.#reaper.stdin?.end();
    await exited;
  }

  #tell(line: string): void {
    this.#reaper.stdin?.write(`${line}\n`);
  }
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // It has ended: macOS answers EPERM for a group of which only zombies are left.
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
