import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { link, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from './errors.ts';

/** How the name of a file ends while it is being written. */
const UNFINISHED = '.new';

const REAPER_TIMEOUT_MS = 15_000;

interface Lock {
  pid: number;
  reaperPid: number;
}

/** The folder of what outlives a run. One twin at a time holds it. */
export class State implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * Takes the folder, after what a killed twin left behind has been cleaned up.
   * @throws {UserError} where another twin holds it
   */
  static async take(folder: string, reaperPid: number): Promise<State> {
    await mkdir(folder, { recursive: true });
    const state = new State(folder);
    while (!(await state.#lock({ pid: process.pid, reaperPid }))) {
      const owner = state.#readLock();
      if (owner && isTwin(owner.pid)) {
        throw new UserError(
          `the twin already runs here (process ${owner.pid}); stop it, or name another folder with --state`,
        );
      }
      if (owner) await waitForEnd(owner.reaperPid);
      await state.#removeStaleLock();
    }
    await state.#removeLeftovers();
    return state;
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  /** Replaces a file in one step, readable by its owner only. */
  async write(name: string, value: unknown): Promise<void> {
    const temporary = this.path(`${name}.${randomBytes(4).toString('hex')}${UNFINISHED}`);
    await writeFile(temporary, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
    await rename(temporary, this.path(name));
  }

  /** The value of a file, or nothing where it does not exist. */
  async find(name: string): Promise<unknown> {
    if (!existsSync(this.path(name))) return undefined;
    return JSON.parse(await readFile(this.path(name), 'utf8'));
  }

  /** Lets another twin take the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path('twin.json'), { force: true });
    await rm(this.path('lock'), { force: true });
  }

  /** What a twin that was killed said of itself, and files that it had not finished. */
  async #removeLeftovers(): Promise<void> {
    const unfinished = (await readdir(this.folder)).filter((file) => file.endsWith(UNFINISHED));
    await Promise.all(['twin.json', ...unfinished].map((file) => rm(this.path(file), { force: true })));
  }

  /** Makes the lock, whole, where there is none; tells whether it did. */
  async #lock(lock: Lock): Promise<boolean> {
    const unfinished = this.path(`lock.${randomBytes(4).toString('hex')}${UNFINISHED}`);
    await writeFile(unfinished, JSON.stringify(lock), { mode: 0o600 });
    try {
      await link(unfinished, this.path('lock'));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      return false;
    } finally {
      await rm(unfinished, { force: true });
    }
  }

  /** Of several twins that find the same stale lock one moves it away. */
  async #removeStaleLock(): Promise<void> {
    const stale = this.path(`lock.${randomBytes(4).toString('hex')}${UNFINISHED}`);
    await rename(this.path('lock'), stale).catch(() => undefined);
    await rm(stale, { force: true });
  }

  #readLock(): Lock | undefined {
    try {
      return JSON.parse(readFileSync(this.path('lock'), 'utf8')) as Lock;
    } catch {
      return undefined;
    }
  }
}

/** A process id may belong to something else by now; where the system tells, its command line decides. */
function isTwin(pid: number): boolean {
  if (!isAlive(pid)) return false;
  const commandLine = `/proc/${pid}/cmdline`;
  return !existsSync(commandLine) || readFileSync(commandLine, 'utf8').includes('twin');
}

async function waitForEnd(pid: number): Promise<void> {
  const deadline = Date.now() + REAPER_TIMEOUT_MS;
  while (isTwin(pid) && Date.now() < deadline) await delay(50);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process cannot be signalled, but it is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
