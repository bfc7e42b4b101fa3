import { glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Names the pages in a folder that are not as they should be: changed, missing, or of something that is no more. */
export async function findStale(pages: ReadonlyMap<string, string>, folder: string): Promise<string[]> {
  const present = await findPages(folder);
  const paths = new Set([...pages.keys(), ...present]);
  const isCurrent = async (path: string) =>
    present.includes(path) && (await readFile(join(folder, path), 'utf8')) === pages.get(path);
  const checked = await Promise.all([...paths].sort().map(async (path) => ({ path, current: await isCurrent(path) })));
  return checked.filter(({ current }) => !current).map(({ path }) => path);
}

/** Brings a folder up to date, and returns which of its pages were not. */
export async function replaceStale(pages: ReadonlyMap<string, string>, folder: string): Promise<string[]> {
  const stale = await findStale(pages, folder);
  await Promise.all(stale.map((path) => replace(join(folder, path), pages.get(path))));
  return stale;
}

async function replace(file: string, text: string | undefined): Promise<void> {
  if (text === undefined) {
    await rm(file);
    return;
  }
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

/** Pages and data are all generated; what generates them is TypeScript. */
const findPages = (folder: string): Promise<string[]> => Array.fromAsync(glob('**/*.{md,json}', { cwd: folder }));
