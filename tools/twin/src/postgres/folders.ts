import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, cp, lstat, mkdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../errors.ts';
import type { Binaries } from './binaries.ts';

export interface PostgresFolders {
  /** With `bin`, `lib` and `share`. */
  binaries: string;
  data: string;
  /** Whom to run as; absent: the user of this process. */
  user?: { uid: number; gid: number };
}

/** Where the files of a closed checkout stand, when root runs the twin. */
const OPEN_FOLDER = '/var/tmp/fairlead-postgres';

/**
 * Says where Postgres has its files, and makes the folders. It refuses to run as root, so under root it runs as `nobody`,
 * who must be able to reach them: what stands in a checkout that is closed to others stands in /var/tmp instead.
 */
export async function preparePostgresFolders(binaries: Binaries, folder: string): Promise<PostgresFolders> {
  if (process.getuid?.() !== 0) {
    await mkdir(folder, { recursive: true });
    return { binaries: binaries.folder, data: join(folder, 'data') };
  }
  const user = await findNobody();
  const id = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  const parent = (await isReachable(folder)) ? folder : join(await provideOpenFolder(), id);
  await mkdir(parent, { recursive: true });
  await chown(parent, user.uid, user.gid);
  return { binaries: await openBinaries(binaries), data: join(parent, 'data'), user };
}

/** A copy that others may reach, one for each version, where the binaries themselves are closed to them. */
async function openBinaries({ folder, version }: Binaries): Promise<string> {
  if (await isReachable(join(folder, 'bin'))) return folder;
  const copy = join(await provideOpenFolder(), version);
  if (existsSync(copy)) return copy;
  // Another twin may do the same at this moment: whoever finishes first provides for both.
  const unfinished = `${copy}.${randomUUID()}`;
  await cp(folder, unfinished, { recursive: true, verbatimSymlinks: true });
  await rename(unfinished, copy).catch(() => rm(unfinished, { recursive: true }));
  return copy;
}

/** Root works in it, so nobody else may have made it or be able to change it. */
async function provideOpenFolder(): Promise<string> {
  await mkdir(OPEN_FOLDER, { recursive: true, mode: 0o755 });
  const { uid, mode } = await lstat(OPEN_FOLDER);
  if (uid !== 0 || (mode & 0o022) !== 0 || (await realpath(OPEN_FOLDER)) !== OPEN_FOLDER) {
    throw new UserError(`${OPEN_FOLDER} must be a folder that only root can change; remove it, then run this again`);
  }
  return OPEN_FOLDER;
}

async function findNobody(): Promise<{ uid: number; gid: number }> {
  const accounts = await readFile('/etc/passwd', 'utf8');
  const [, uid, gid] = /^nobody:[^:]*:(\d+):(\d+):/m.exec(accounts) ?? [];
  if (uid === undefined || gid === undefined) {
    throw new Error('Postgres cannot run as root, and /etc/passwd has no user "nobody" to run it as');
  }
  return { uid: Number(uid), gid: Number(gid) };
}

/** Whether every folder above a path lets others through. */
async function isReachable(path: string): Promise<boolean> {
  const folder = dirname(path);
  if (folder === path) return true;
  const isOpen = !existsSync(folder) || ((await stat(folder)).mode & 0o001) !== 0;
  return isOpen && isReachable(folder);
}
