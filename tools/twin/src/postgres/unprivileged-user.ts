import { chown, cp, mkdir, readFile, stat } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface PostgresFolders {
  /** With `bin`, `lib` and `share`. */
  binaries: string;
  data: string;
  /** Whom to run as; absent: the user of this process. */
  user?: { uid: number; gid: number };
}

/**
 * Postgres refuses to run as root. Under root it runs as `nobody`, who must be able to reach its files: where the checkout
 * is closed to others, the binaries and the data stand in a folder of /var/tmp that belongs to this checkout.
 */
export async function preparePostgresFolders(binaries: string, state: string): Promise<PostgresFolders> {
  if (process.getuid?.() !== 0) {
    await mkdir(state, { recursive: true });
    return { binaries, data: join(state, 'data') };
  }
  const user = await findNobody();
  if ((await isReachable(state)) && (await isReachable(binaries))) {
    await createFor(user, state);
    return { binaries, data: join(state, 'data'), user };
  }
  const folder = join('/var/tmp', `fairlead-postgres-${createHash('sha256').update(state).digest('hex').slice(0, 16)}`);
  const copy = join(folder, 'binaries');
  await createFor(user, folder);
  if (!existsSync(copy)) await cp(binaries, copy, { recursive: true, verbatimSymlinks: true });
  return { binaries: copy, data: join(folder, 'data'), user };
}

async function createFor({ uid, gid }: { uid: number; gid: number }, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chown(folder, uid, gid);
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
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (existsSync(folder) && ((await stat(folder)).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}
