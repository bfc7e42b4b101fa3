import { onTestFinished } from 'vitest';
import { CloudMapRegistry } from '../src/aws/cloud-map/cloud-map-registry.ts';
import { EcsService } from '../src/ecs/ecs-service.ts';
import { Task } from '../src/ecs/task.ts';
import type { EcsServiceResource, TaskDefinition } from '../src/graph/resources.ts';
import type { TargetGroup } from '../src/load-balancer/target-group.ts';
import { findFreePort } from '../src/ports.ts';
import { REPOSITORIES, defineContainer, defineTask } from './containers.ts';
import { useProcessGroups } from './processes.ts';
import { defineTargetGroup } from './resources.ts';
import { startEntrance } from './start-entrance.ts';
import { createFolder, writeFiles } from './workspace.ts';

/** A server that answers with a word, and is ill after SIGUSR2. */
export const serve = (word: string): string => `
  import { createServer } from 'node:http';
  let status = 200;
  process.on('SIGUSR2', () => (status = 500));
  createServer((req, res) => res.writeHead(status).end('${word}')).listen(process.env.PORT, '127.0.0.1');
`;

export const WEB = defineContainer('web', '', { entryPoint: ['node'], command: ['src/main.js'] });

export interface StartedService {
  service: EcsService;
  /** Of the load balancer before it. */
  port: number;
  registry: CloudMapRegistry;
  /** What it told a person. */
  events: string[];
  /** Every change of a task, as `<deployment> <status>`. */
  changes: string[];
  /** Every task there ever was. */
  created: Task[];
  /** Resolves when the first of them is being created. */
  creating: Promise<undefined>;
  /** Replaces the source of its app, and deploys. */
  deploy: (source: string) => Promise<void>;
}

export interface ServiceChanges {
  resource?: Partial<EcsServiceResource>;
  definition?: TaskDefinition;
  targetGroups?: ReadonlyMap<string, TargetGroup>;
}

/** A service of real processes, until the test is over. */
export async function createService(
  source: string,
  { resource, definition = defineTask(WEB), targetGroups }: ServiceChanges = {},
): Promise<StartedService> {
  const workspace = await createFolder({
    'apps/web/package.json': '{"type":"module"}',
    'apps/web/src/main.js': source,
  });
  const groups = useProcessGroups();
  const targetGroup = defineTargetGroup({ interval: 0.05, unhealthyThreshold: 2 }, 1);
  const loadBalancer = await startEntrance({ targetGroups: [targetGroup] });
  const registry = createRegistry();
  const [events, changes, created]: [string[], string[], Task[]] = [[], [], []];
  const creating = Promise.withResolvers<undefined>();
  const service = new EcsService({
    resource: {
      logicalName: 'web',
      name: 'web-ab12',
      cluster: 'arn:aws:ecs:eu-central-1:123456789012:cluster/test',
      taskDefinition: definition.arn,
      desiredCount: 2,
      loadBalancers: [{ targetGroupArn: targetGroup.arn, containerName: 'web', containerPort: 8080 }],
      serviceRegistries: { registryArn: 'arn:aws:servicediscovery:eu-central-1:123456789012:service/srv-web' },
      ...resource,
    },
    definition,
    targetGroups: targetGroups ?? loadBalancer.targetGroups,
    registry,
    instanceAttributes: { ECS_CLUSTER_NAME: 'test' },
    createTask: async (taskDefinition, deployment) => {
      creating.resolve(undefined);
      const port = await findFreePort();
      const task: Task = new Task({
        definition: taskDefinition,
        deployment,
        port,
        createEnvironment: () => ({ PATH: '/usr/bin:/bin', PORT: String(port) }),
        container: { workspace, repositories: REPOSITORIES, groups },
        onLine: () => undefined,
        onStatus: () => changes.push(`${deployment} ${task.status}`),
      });
      created.push(task);
      return task;
    },
    onEvent: (_level, message) => events.push(message.replaceAll(/^task [0-9a-f]{6}/g, 'a task')),
  });
  onTestFinished(() => service.stop(1));
  const deploy = async (next: string): Promise<void> => {
    await writeFiles(workspace, { 'apps/web/src/main.js': next });
    service.deploy();
  };
  return { service, port: loadBalancer.port, registry, events, changes, created, creating: creating.promise, deploy };
}

function createRegistry(): CloudMapRegistry {
  const registry = new CloudMapRegistry();
  const namespaceId = 'ns-test';
  registry.declareNamespace({ id: namespaceId, arn: 'arn:namespace/ns-test', name: 'test.local', type: 'DNS_PRIVATE' });
  registry.declareService({ id: 'srv-web', arn: 'arn:service/srv-web', name: 'web', namespaceId });
  return registry;
}
