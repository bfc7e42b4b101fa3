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

/** What a process takes to begin, at the most. */
const START_SECONDS = 10;

/** Invokes a function with each event, one after the other. @throws where it fails, with the last line that it wrote */
export async function invokeFunction(
  definition: LambdaFunction,
  events: readonly unknown[],
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
      String(definition.timeout),
      JSON.stringify(events),
    ],
    cwd: dirname(graphFile),
    env: { ...withoutMissingCertificates(definition.environment.variables), ...env },
    onLine(line) {
      lines.push(line);
      onLine(line);
    },
  });
  // The process counts the time of each event; one that is too busy even for that is ended from here.
  const kill = () => {
    child.kill('SIGKILL');
  };
  const timer = setTimeout(kill, (definition.timeout * events.length + START_SECONDS) * 1000);
  const { code } = await child.exited;
  clearTimeout(timer);
  if (code === 0) return;
  throw new Error(`function ${definition.name} failed: ${findError(lines) ?? 'it ended without a word'}`);
}

const findError = (lines: readonly string[]) => lines.findLast((line) => /\b\w*Error\b/.test(line)) ?? lines.at(-1);

/** The image of the Lambda runtime has a bundle of certificates that this machine has not. */
function withoutMissingCertificates(variables: Readonly<Record<string, string>>): Record<string, string> {
  const { NODE_EXTRA_CA_CERTS: certificates, ...rest } = variables;
  return certificates !== undefined && existsSync(certificates) ? { ...variables } : rest;
}
