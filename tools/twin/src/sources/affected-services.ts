import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Package {
  name: string;
  dependencies?: Record<string, string>;
}

/** Finds which of the services a changed source belongs to, directly or through the workspace packages they depend on. */
export async function findAffectedServices(
  workspace: string,
  services: readonly string[],
  changed: string,
): Promise<string[]> {
  const [kind, folder] = changed.split('/');
  if (kind === 'apps') return services.filter((service) => service === folder);
  const affected = await Promise.all(
    services.map(async (service) => {
      const folders = await findWorkspaceDependencies(workspace, join('apps', service));
      return folders.has(`${kind}/${folder}`);
    }),
  );
  return services.filter((_service, index) => affected[index]);
}

/** The folders of the libs that a package depends on, at any depth. */
async function findWorkspaceDependencies(
  workspace: string,
  folder: string,
  found = new Set<string>(),
): Promise<Set<string>> {
  const { dependencies = {} } = JSON.parse(await readFile(join(workspace, folder, 'package.json'), 'utf8')) as Package;
  const scope = '@fairlead/';
  const libs = Object.keys(dependencies).filter((name) => name.startsWith(scope));
  for (const lib of libs.map((name) => `libs/${name.slice(scope.length)}`)) {
    if (found.has(lib)) continue;
    found.add(lib);
    await findWorkspaceDependencies(workspace, lib, found);
  }
  return found;
}
