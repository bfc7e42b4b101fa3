import type { Cluster } from '../ecs/cluster.ts';
import type { Output } from '../output/output.ts';
import { findAffectedServices } from './affected-services.ts';
import { watchSources } from './watch-sources.ts';

/** Rolls the services that an edit concerns, as a deployment of a new image would. */
export function redeployOnEdit(workspace: string, cluster: Cluster, output: Output): Disposable {
  const names = cluster.services.map(({ name }) => name);
  const redeploy = async (files: readonly string[]): Promise<void> => {
    const declaration = files.find((file) => file.endsWith('/service.ts'));
    if (declaration !== undefined) {
      output.event('warn', `${declaration} changed; start the twin again to run what it declares now`);
    }
    const affected = await Promise.all(files.map((file) => findAffectedServices(workspace, names, file)));
    for (const service of cluster.services) {
      if (!affected.flat().includes(service.name)) continue;
      output.event('info', `${service.name}: rolling`, { edited: files.join(', ') });
      service.deploy();
    }
  };
  return watchSources(workspace, (files) => {
    redeploy(files).catch((error: unknown) => {
      output.event('error', `the edit could not be served: ${String(error)}`);
    });
  });
}
