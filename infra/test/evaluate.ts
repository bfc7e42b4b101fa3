import { execFile } from 'node:child_process';
import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import type { Graph, GraphResource } from '../graph/graph.ts';

const WORKSPACE = fileURLToPath(new URL('../../', import.meta.url));

/** Runs the graph command as a user would, with nothing of AWS or Pulumi in its environment. */
export async function runGraphCommand(args: readonly string[], workspace = WORKSPACE) {
  const { PATH } = process.env;
  return promisify(execFile)(process.execPath, ['infra/graph/main.ts', ...args], { cwd: workspace, env: { PATH } });
}

/** What the command says, line by line, when it fails as it should. */
export async function failureOf(args: readonly string[], workspace = WORKSPACE): Promise<string[]> {
  try {
    await runGraphCommand(args, workspace);
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    if (code === 1) return stderr.trimEnd().split('\n');
    throw error;
  }
  throw new Error('the command was expected to fail');
}

/** The text that the command wrote for a stack. */
export async function evaluateToText(args: readonly string[], workspace = WORKSPACE): Promise<string> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'fairlead-graph-'));
  const output = join(folder.path, 'graph.json');
  await runGraphCommand([...args, '--output', output], workspace);
  return await readFile(output, 'utf8');
}

/** The graph of a stack. */
export async function evaluateStack(stack: string, workspace = WORKSPACE): Promise<Graph> {
  return JSON.parse(await evaluateToText(['--stack', stack], workspace)) as Graph;
}

/** The graph of the dev stack with other settings. */
export async function evaluateSettings(config: object): Promise<Graph> {
  await using settings = await writeSettings(config);
  return JSON.parse(await evaluateToText(settings.args)) as Graph;
}

/** What the command says, line by line, about settings that are wrong. */
export async function faultsOf(config: object): Promise<string[]> {
  await using settings = await writeSettings(config);
  return await failureOf(settings.args);
}

/** Writes a stack file of its own; gives the flags with which the command reads it. */
async function writeSettings(config: object) {
  const folder = await mkdtempDisposable(join(tmpdir(), 'fairlead-settings-'));
  const file = join(folder.path, 'Pulumi.test.yaml');
  await writeFile(file, stringify({ config }));
  const args = ['--stack', 'dev', '--config-file', file];
  return { args, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

/** Settings that are right, to be changed in one respect. */
export const SETTINGS = {
  'aws:region': 'eu-west-1',
  'fairlead:network': { cidrBlock: '10.0.0.0/16', availabilityZones: 2, natGateways: 'single' },
  'fairlead:database': {
    instanceClass: 'db.t4g.micro',
    allocatedStorageGiB: 20,
    multiAz: false,
    backupRetentionDays: 7,
  },
  'fairlead:logs': { retentionInDays: 30 },
  'fairlead:tracing': { exporter: 'xray', samplePercent: 100 },
  'fairlead:deletionProtection': false,
};

/** The resources of a type, such as `aws:ecs/service:Service`. */
export function resourcesOf(graph: Graph, type: string): GraphResource[] {
  return graph.resources.filter((resource) => resource.type === type);
}

/** The one resource of a type, or the one of that name. */
export function resourceOf(graph: Graph, type: string, name?: string): GraphResource {
  const found = resourcesOf(graph, type).filter((resource) => name === undefined || resource.name === name);
  if (found[0] === undefined || found.length > 1)
    throw new Error(`${found.length} resources are ${type} ${name ?? ''}`);
  return found[0];
}
