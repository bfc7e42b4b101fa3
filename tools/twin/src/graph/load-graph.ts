import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { State } from '../state.ts';
import { evaluateGraph, type EvaluationOptions } from './evaluate-graph.ts';
import { Graph } from './graph.ts';

/** All that the program is made of and reads: it asks neither the environment nor the network. */
const SOURCES = ['infra/**/*.{ts,json,yaml}', 'apps/*/service.ts', 'libs/manifest/**/*.{ts,json}', 'package-lock.json'];

const NOT_SOURCES = ['**/node_modules', '**/*.test.ts'];

export interface GraphOptions extends Omit<EvaluationOptions, 'output'> {
  state: State;
}

/**
 * Gives the graph of a stack: the one of the run before where nothing has changed that it is made of, else a new one.
 * @throws {UserError} with what the program said, where it fails
 */
export async function loadGraph({ state, ...options }: GraphOptions): Promise<{ graph: Graph; graphFile: string }> {
  const name = `graph.${options.stack}.json`;
  const keyName = `graph.${options.stack}.key.json`;
  const graphFile = state.path(name);
  const key = await createKey(options);
  if ((await state.find(keyName)) === key && existsSync(graphFile)) {
    return { graph: new Graph(JSON.parse(await readFile(graphFile, 'utf8'))), graphFile };
  }
  const graph = await evaluateGraph({ ...options, output: graphFile });
  await state.write(keyName, key);
  return { graph, graphFile };
}

async function createKey({ workspace, stack, local }: Omit<GraphOptions, 'state'>): Promise<string> {
  const files = (await Array.fromAsync(glob(SOURCES, { cwd: workspace, exclude: NOT_SOURCES }))).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(workspace, file))));
  const hash = createHash('sha256').update(JSON.stringify([process.version, stack, local, files]));
  for (const text of texts) hash.update(createHash('sha256').update(text).digest());
  return hash.digest('hex');
}
