import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { asset } from '@pulumi/pulumi';
import type { Graph } from './graph.ts';

/** Writes a graph as JSON; the files of its archives go into `assets/` beside it, under the hash of what is in them. */
export async function writeGraph(graph: Graph, file: string): Promise<void> {
  const folder = dirname(file);
  await mkdir(join(folder, 'assets'), { recursive: true });
  const plain = await replaceArchives(graph, folder);
  await writeFile(file, `${JSON.stringify(plain, undefined, 2)}\n`);
}

async function replaceArchives(value: unknown, folder: string): Promise<unknown> {
  if (value instanceof asset.AssetArchive) return { archive: await writeArchive(value, folder) };
  if (Array.isArray(value)) return Promise.all(value.map((item) => replaceArchives(item, folder)));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(async ([key, item]) => [key, await replaceArchives(item, folder)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

async function writeArchive(archive: asset.AssetArchive, folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const [name, content] of Object.entries(await archive.assets)) {
    if (!(content instanceof asset.StringAsset)) throw new Error(`${name}: the graph holds archives of text only`);
    const text = await content.text;
    const hash = createHash('sha256').update(text).digest('hex');
    const path = `assets/${hash}${extname(name)}`;
    await writeFile(join(folder, path), text);
    files[name] = path;
  }
  return files;
}
