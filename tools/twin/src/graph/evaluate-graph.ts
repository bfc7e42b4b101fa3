import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../errors.ts';
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
}

/**
 * Evaluates the infra program in a process of its own, as Pulumi would, and reads the graph it wrote.
 * @throws {UserError} with what the program said, where it fails
 */
export async function evaluateGraph({ workspace, stack, output, local }: EvaluationOptions): Promise<Graph> {
  const script = join(workspace, 'infra/graph/main.ts');
  const args = [script, '--stack', stack, '--output', output, '--local', JSON.stringify(local)];
  try {
    await promisify(execFile)(process.execPath, args, { cwd: workspace });
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    throw new UserError(stderr.trim() || String(error));
  }
  return new Graph(JSON.parse(await readFile(output, 'utf8')));
}
