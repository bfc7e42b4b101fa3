import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import type { ProcessGroups } from '../process/process-group.ts';
import { Graph } from './graph.ts';

/** The addresses that this machine gives to what the program only knows by reference. */
export interface LocalAddresses {
  postgres: { host: string; port: number };
  entrance: { host: string; port: number };
}

export interface EvaluationOptions {
  workspace: string;
  stack: string;
  /** The file that the graph is written to, with its assets beside it. */
  output: string;
  local: LocalAddresses;
  groups: ProcessGroups;
}

/**
 * Evaluates the infra program in a process of its own, as Pulumi would, and reads the graph it wrote.
 * @throws {UserError} with what the program said, where it fails
 */
export async function evaluateGraph({ workspace, stack, output, local, groups }: EvaluationOptions): Promise<Graph> {
  const script = join(workspace, 'infra/graph/main.ts');
  const args = [script, '--stack', stack, '--output', output, '--local', JSON.stringify(local)];
  const env = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value ? [[name, value]] : [])),
  );
  await groups.run({ command: process.execPath, args, cwd: workspace, env }).catch((error: unknown) => {
    throw new UserError(error instanceof Error ? error.message : String(error));
  });
  return new Graph(JSON.parse(await readFile(output, 'utf8')));
}
