import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { ContainerDefinition, Repository } from '../graph/resources.ts';
import type { ChildProcessGroup, Exit, ProcessGroups } from '../process/process-group.ts';
import { resolveImage } from './image.ts';

export type ContainerHealth = 'UNKNOWN' | 'HEALTHY' | 'UNHEALTHY';

export interface ContainerOptions {
  workspace: string;
  repositories: readonly Repository[];
  groups: ProcessGroups;
  env: Readonly<Record<string, string>>;
  onLine: (line: string) => void;
}

/** The last lines of output, which say why a container ended. */
const REMEMBERED_LINES = 20;

/** A container that starts is looked at this often until it is first healthy; ECS waits for its interval. */
const INITIAL_INTERVAL_SECONDS = 0.5;

/** One container of a task: a process, with the health check of its definition. */
export class Container {
  readonly definition: ContainerDefinition;
  readonly startedAt = new Date();
  readonly lastLines: string[];
  readonly #process: ChildProcessGroup;
  readonly #checks = new AbortController();
  #health: ContainerHealth = 'UNKNOWN';
  #exit: Exit | undefined;

  private constructor(definition: ContainerDefinition, process: ChildProcessGroup, lastLines: string[]) {
    this.definition = definition;
    this.lastLines = lastLines;
    this.#process = process;
    void process.exited.then((exit) => {
      this.#exit = exit;
      this.#checks.abort();
    });
  }

  /** @throws where its command cannot be started */
  static async start(definition: ContainerDefinition, options: ContainerOptions): Promise<Container> {
    const { workspace, repositories, groups, env, onLine } = options;
    const { command, args, folder } = resolveImage(workspace, repositories, definition);
    const lastLines: string[] = [];
    const process = await groups.start({
      command,
      args,
      cwd: folder,
      env,
      onLine(line) {
        lastLines.push(line);
        if (lastLines.length > REMEMBERED_LINES) lastLines.shift();
        onLine(line);
      },
    });
    const container = new Container(definition, process, lastLines);
    void container.#runHealthChecks(folder, env);
    return container;
  }

  get pid(): number {
    return this.#process.pid;
  }

  get exited(): Promise<Exit> {
    return this.#process.exited;
  }

  get isRunning(): boolean {
    return this.#exit === undefined;
  }

  get exit(): Exit | undefined {
    return this.#exit;
  }

  get health(): ContainerHealth {
    return this.#health;
  }

  kill(signal: NodeJS.Signals): void {
    if (this.isRunning) this.#process.kill(signal);
  }

  /** Asks it to stop, and kills it where it has not within its stop timeout. */
  async stop(signal: NodeJS.Signals, timeoutSeconds = this.definition.stopTimeout): Promise<void> {
    if (!this.isRunning) return;
    this.kill(signal);
    const timer = setTimeout(() => {
      this.kill('SIGKILL');
    }, timeoutSeconds * 1000);
    await this.exited;
    clearTimeout(timer);
  }

  /** Failures in the start period do not count; `retries` of them in a row do. */
  async #runHealthChecks(cwd: string, env: Readonly<Record<string, string>>): Promise<void> {
    const check = this.definition.healthCheck;
    if (!check) return;
    const { signal } = this.#checks;
    let failures = 0;
    for (;;) {
      const starting = Date.now() - this.startedAt.getTime() < check.startPeriod * 1000;
      const wait = starting && this.#health === 'UNKNOWN' ? INITIAL_INTERVAL_SECONDS : check.interval;
      const waited = delay(Math.min(wait, check.interval) * 1000, true, { signal, ref: false });
      if (!(await waited.catch(() => false))) return;
      const passed = await runCheck(check.command, { cwd, env, timeoutSeconds: check.timeout, signal });
      if (passed) failures = 0;
      else if (!starting || this.#health === 'HEALTHY') failures += 1;
      if (passed) this.#health = 'HEALTHY';
      else if (failures >= check.retries) this.#health = 'UNHEALTHY';
    }
  }
}

interface CheckOptions {
  cwd: string;
  env: Readonly<Record<string, string>>;
  timeoutSeconds: number;
  /** Aborted when the container has ended. */
  signal: AbortSignal;
}

/** Runs the command of a health check: `CMD` with its arguments, or `CMD-SHELL` with one line for a shell. */
async function runCheck([kind, ...rest]: string[], options: CheckOptions): Promise<boolean> {
  const { timeoutSeconds, ...context } = options;
  const [executable = 'false', ...args] = kind === 'CMD-SHELL' ? ['/bin/sh', '-c', ...rest] : rest;
  const command = executable === 'node' ? process.execPath : executable;
  return new Promise((resolve) => {
    execFile(command, args, { ...context, timeout: timeoutSeconds * 1000 }, (error) => {
      resolve(error === null);
    });
  });
}
