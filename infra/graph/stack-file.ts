import { readFile, readdir } from 'node:fs/promises';
import { parse } from 'yaml';

const INFRA = new URL('../', import.meta.url);

interface StackFile {
  project: string;
  /** As Pulumi hands it to the program: text, and JSON for what is structured. */
  config: Record<string, string>;
}

/** The stacks that have a file of settings. */
export async function findStacks(): Promise<string[]> {
  const names = (await readdir(INFRA)).map((file) => /^Pulumi\.(?<stack>[^.]+)\.yaml$/.exec(file)?.groups?.stack);
  return names.filter((name) => name !== undefined).sort();
}

/** Reads the project's and a stack's settings as the Pulumi CLI does. */
export async function readStackFile(stack: string, file?: string): Promise<StackFile> {
  const project = (await readYaml(new URL('Pulumi.yaml', INFRA))) as { name: string };
  const settings = (await readYaml(file ?? new URL(`Pulumi.${stack}.yaml`, INFRA))) as { config?: object };
  const config = Object.entries(settings.config ?? {}).map(([key, value]: [string, unknown]) => [key, asText(value)]);
  return { project: project.name, config: Object.fromEntries(config) as Record<string, string> };
}

async function readYaml(file: string | URL): Promise<unknown> {
  return parse(await readFile(file, 'utf8')) as unknown;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
