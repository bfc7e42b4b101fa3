import type { CloudMapRegistry } from '../aws/cloud-map/cloud-map-registry.ts';
import type { SecretStore } from '../aws/secrets/secret-store.ts';
import type { TaskDescription, TaskSource } from '../aws/task-description.ts';
import type { Graph } from '../graph/graph.ts';
import type { EcsServiceResource, PlayedResources, TaskDefinition } from '../graph/resources.ts';
import type { TargetGroup } from '../load-balancer/target-group.ts';
import type { Output } from '../output/output.ts';
import { findFreePort } from '../ports.ts';
import type { ProcessGroups } from '../process/process-group.ts';
import { createContainerEnvironment } from './container-environment.ts';
import { describeTask, type Placement } from './describe-task.ts';
import { EcsService } from './ecs-service.ts';
import { Task } from './task.ts';

/** Once the entrance is closed, a task has nobody left to answer. */
const STOP_TIMEOUT_SECONDS = 5;

export interface ClusterOptions {
  workspace: string;
  graph: Graph;
  resources: PlayedResources;
  groups: ProcessGroups;
  secrets: SecretStore;
  registry: CloudMapRegistry;
  targetGroups: ReadonlyMap<string, TargetGroup>;
  awsUrl: () => string;
  daemonAddress: string;
  compileCache: string;
  output: Output;
  /** Called after any change of any task. */
  onChange: () => void;
}

/** The ECS services of the graph and their tasks. */
export class Cluster implements TaskSource, AsyncDisposable {
  readonly services: readonly EcsService[];
  readonly #options: ClusterOptions;
  readonly #ready = Promise.withResolvers<undefined>();

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.services = options.resources.services.map((resource) => this.#createService(resource));
  }

  /** Resolves when every service has had all its tasks running for the first time. */
  get ready(): Promise<undefined> {
    return this.#ready.promise;
  }

  start(): void {
    for (const service of this.services) service.start();
    this.#noticeReady();
  }

  /** What the metadata endpoint tells of a task. */
  find(taskId: string): TaskDescription | undefined {
    for (const [index, service] of this.services.entries()) {
      const task = service.tasks.find(({ id }) => id === taskId);
      const resource = this.#options.resources.services[index];
      if (task && resource) return describeTask(task, resource, this.#placement);
    }
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.services.map((service) => service.stop(STOP_TIMEOUT_SECONDS)));
  }

  get #placement(): Placement {
    const { region, accountId } = this.#options.graph;
    return { region, accountId, availabilityZone: `${region}a` };
  }

  #noticeReady(): void {
    if (this.services.every(({ isReady }) => isReady)) this.#ready.resolve(undefined);
  }

  #createService(resource: EcsServiceResource): EcsService {
    const { resources, targetGroups, registry, output } = this.#options;
    const definition = resources.taskDefinitions.find(({ arn }) => arn === resource.taskDefinition);
    if (!definition)
      throw new Error(`service ${resource.logicalName} names a task definition that the graph does not have`);
    const { region, availabilityZone } = this.#placement;
    return new EcsService({
      resource,
      definition,
      targetGroups,
      registry,
      instanceAttributes: {
        AVAILABILITY_ZONE: availabilityZone,
        REGION: region,
        ECS_CLUSTER_NAME: resource.cluster.slice(resource.cluster.lastIndexOf('/') + 1),
        ECS_SERVICE_NAME: resource.name,
        ECS_TASK_DEFINITION_FAMILY: definition.family,
      },
      createTask: (taskDefinition, deployment) => this.#createTask(resource.logicalName, taskDefinition, deployment),
      onEvent: (level, message) => {
        output.event(level, `${resource.logicalName}: ${message}`);
      },
    });
  }

  async #createTask(service: string, definition: TaskDefinition, deployment: number): Promise<Task> {
    const { workspace, graph, resources, groups, secrets, awsUrl, daemonAddress, compileCache, output, onChange } =
      this.#options;
    const task: Task = new Task({
      definition,
      deployment,
      port: await findFreePort(),
      createEnvironment: (container) =>
        createContainerEnvironment(task, container, {
          region: graph.region,
          awsUrl: awsUrl(),
          daemonAddress,
          secrets,
          compileCache,
        }),
      container: { workspace, repositories: resources.repositories, groups },
      onLine: (_container, line) => {
        output.line({ service, task: task.id }, line);
      },
      onStatus: () => {
        this.#noticeReady();
        onChange();
      },
    });
    return task;
  }
}
