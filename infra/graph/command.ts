import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { evaluate } from './evaluate.ts';
import type { LocalAddresses } from './asked.ts';
import { findStacks } from './stack-file.ts';
import { writeGraph } from './write-graph.ts';

const WORKSPACE = fileURLToPath(new URL('../../', import.meta.url));

const address = z.strictObject({ host: z.string().min(1), port: z.int().min(1).max(65_535) });
const addresses = z.strictObject({
  postgres: address.default({ host: 'localhost', port: 5432 }),
  entrance: address.default({ host: 'localhost', port: 8080 }),
});

interface Options {
  stack: string;
  output: string;
  configFile: string | undefined;
  addresses: LocalAddresses;
}

/** Evaluates one stack, as the command line says, and writes its graph. */
export async function writeStackGraph(): Promise<void> {
  const { output, ...args } = await readOptions();
  const graph = await evaluate(args);
  await writeGraph(graph, output);
  process.stdout.write(`${graph.project} ${graph.stack}: ${graph.resources.length} resources in ${output}\n`);
}

async function readOptions(): Promise<Options> {
  const { values } = parseArgs({
    options: {
      stack: { type: 'string' },
      output: { type: 'string' },
      local: { type: 'string', default: '{}' },
      'config-file': { type: 'string' },
    },
  });
  const stacks = await findStacks();
  const stack = stacks.find((name) => name === values.stack);
  if (stack === undefined) throw new Error(`--stack must be one of ${stacks.join(', ')} (given: ${values.stack})`);
  return {
    stack,
    output: values.output ?? join(WORKSPACE, `dist/infra/graph.${stack}.json`),
    configFile: values['config-file'],
    addresses: readAddresses(values.local),
  };
}

function readAddresses(text: string): LocalAddresses {
  try {
    return addresses.parse(JSON.parse(text));
  } catch (cause) {
    const example = '{ "postgres": { "host": "localhost", "port": 5432 } }';
    throw new Error(`--local must be JSON such as ${example} (given: ${text})`, { cause });
  }
}
