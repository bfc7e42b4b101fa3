import { readFile, readdir } from 'node:fs/promises';
import { parse } from 'yaml';

const INFRA = new URL('../', import.meta.url);

interface StackFile {
  project: string;
  config: Config;
}

/** Settings by their full key, such as `aws:region`, structured as in the file. */
export type Config = Record<string, unknown>;

/** The stacks that have a file of settings. */
export async function findStacks(): Promise<string[]> {
  const names = (await readdir(INFRA)).map((file) => /^Pulumi\.(?<stack>[^.]+)\.yaml$/.exec(file)?.groups?.stack);
  return names.filter((name) => name !== undefined).sort();
}

/** Reads the project's name and a stack's settings. */
export async function readStackFile(stack: string, file?: string): Promise<StackFile> {
  const project = (await readYaml(new URL('Pulumi.yaml', INFRA))) as { name: string };
  const settings = (await readYaml(file ?? new URL(`Pulumi.${stack}.yaml`, INFRA))) as { config?: Config };
  return { project: project.name, config: settings.config ?? {} };
}

/** Settings as Pulumi hands them to a program: text, and JSON for what is structured. */
export function toPulumiConfig(config: Config): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}

async function readYaml(file: string | URL): Promise<unknown> {
  return parse(await readFile(file, 'utf8')) as unknown;
}
