import { existsSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LambdaFunction } from '../graph/resources.ts';
import type { ProcessGroups } from '../process/process-group.ts';

export interface InvocationOptions {
  groups: ProcessGroups;
  /** The file of the graph; the code of functions stands beside it. */
  graphFile: string;
  /** The endpoint, region and credentials of the function. */
  env: Readonly<Record<string, string>>;
  onLine: (line: string) => void;
}

/** Invokes a function once and waits for it. @throws where it fails, with the last line that it wrote */
export async function invokeFunction(
  definition: LambdaFunction,
  event: unknown,
  { groups, graphFile, env, onLine }: InvocationOptions,
): Promise<void> {
  const [module = '', name = 'handler'] = definition.handler.split('.');
  const path = Object.entries(definition.code.archive).find(
    ([file]) => file.replace(extname(file), '') === module,
  )?.[1];
  if (path === undefined) throw new Error(`the code of ${definition.name} has no module ${module}`);
  const lines: string[] = [];
  const child = await groups.start({
    command: process.execPath,
    args: [
      fileURLToPath(new URL('runtime.ts', import.meta.url)),
      join(dirname(graphFile), path),
      name,
      JSON.stringify(event),
    ],
    cwd: dirname(graphFile),
    env: { ...withoutMissingCertificates(definition.environment.variables), ...env },
    onLine(line) {
      lines.push(line);
      onLine(line);
    },
  });
  const deadline = new AbortController();
  const timer = setTimeout(() => {
    deadline.abort();
    child.kill('SIGKILL');
  }, definition.timeout * 1000);
  const { code } = await child.exited;
  clearTimeout(timer);
  if (code === 0) return;
  const reason = deadline.signal.aborted ? `Task timed out after ${definition.timeout} seconds` : findError(lines);
  throw new Error(`function ${definition.name} failed: ${reason ?? 'it ended without a word'}`);
}

const findError = (lines: readonly string[]) => lines.findLast((line) => /\b\w*Error\b/.test(line)) ?? lines.at(-1);

/** The image of the Lambda runtime has a bundle of certificates that this machine has not. */
function withoutMissingCertificates(variables: Readonly<Record<string, string>>): Record<string, string> {
  const { NODE_EXTRA_CA_CERTS: certificates, ...rest } = variables;
  return certificates !== undefined && existsSync(certificates) ? { ...variables } : rest;
}
