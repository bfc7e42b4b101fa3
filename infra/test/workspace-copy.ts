import { cp, mkdir, mkdtempDisposable, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const WORKSPACE = fileURLToPath(new URL('../../', import.meta.url));

export interface WorkspaceCopy extends AsyncDisposable {
  folder: string;
  /** Writes the declaration of a service. */
  declare(declaration: { name: string }): Promise<void>;
}

/** Copies infra and the declarations into a workspace of their own, to which services can be added. */
export async function copyWorkspace(): Promise<WorkspaceCopy> {
  const temporary = await mkdtempDisposable(join(tmpdir(), 'fairlead-workspace-'));
  const folder = temporary.path;
  await cp(join(WORKSPACE, 'infra'), join(folder, 'infra'), {
    recursive: true,
    filter: (source) => basename(source) !== 'node_modules',
  });
  await cp(join(WORKSPACE, 'apps'), join(folder, 'apps'), {
    recursive: true,
    filter: (source) => !['node_modules', 'src'].includes(basename(source)),
  });
  await symlink(join(WORKSPACE, 'node_modules'), join(folder, 'node_modules'));
  await symlink(join(WORKSPACE, 'infra/node_modules'), join(folder, 'infra/node_modules'));
  return {
    folder,
    async declare(declaration) {
      await mkdir(join(folder, 'apps', declaration.name));
      const file = join(folder, 'apps', declaration.name, 'service.ts');
      await writeFile(file, `export default ${JSON.stringify(declaration)};\n`);
    },
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  };
}
