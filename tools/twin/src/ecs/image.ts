import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerDefinition, Repository } from '../graph/resources.ts';

/** What a container runs on this machine: the sources from which its image would be built. */
export interface LocalImage {
  /** The folder of its sources: the working directory of the image. */
  folder: string;
  command: string;
  args: string[];
}

/**
 * Finds the sources of an image by the repository that it is in, and the source of the script that it runs: the image has
 * `src/main.js`, the checkout `src/main.ts`.
 * @throws where the graph has no such repository, or this checkout no such app
 */
export function resolveImage(
  workspace: string,
  repositories: readonly Repository[],
  { image, entryPoint, command }: ContainerDefinition,
): LocalImage {
  const url = image.replace(/@.*$/, '').replace(/:[^/]*$/, '');
  const app = repositories.find(({ repositoryUrl }) => repositoryUrl === url)?.logicalName;
  if (app === undefined) throw new Error(`the graph has no repository for the image ${image}`);
  const folder = join(workspace, 'apps', app);
  if (!existsSync(folder)) throw new Error(`there is no folder apps/${app} for the image ${image}`);
  const [executable = 'node', ...args] = [...entryPoint, ...command];
  return {
    folder,
    command: executable === 'node' ? process.execPath : executable,
    args: args.map((argument) => toSource(folder, argument)),
  };
}

function toSource(folder: string, argument: string): string {
  const source = argument.replace(/\.js$/, '.ts');
  return source !== argument && existsSync(join(folder, source)) ? source : argument;
}
