import { setTimeout as delay } from 'node:timers/promises';
import type { CloudMapRegistry } from '../aws/cloud-map/cloud-map-registry.ts';
import type { EcsServiceResource, TaskDefinition } from '../graph/resources.ts';
import type { TargetGroup } from '../load-balancer/target-group.ts';
import type { Target } from '../load-balancer/target.ts';
import { LOOPBACK } from '../ports.ts';
import { restartDelayMs } from './restart-delay.ts';
import type { Task } from './task.ts';

const START_POLL_MS = 20;
const HEALTH_POLL_MS = 250;

/** A task that has not become healthy by then is replaced. */
const START_TIMEOUT_MS = 60_000;

/** A task that ran this long has not failed to start: the next one follows at once. */
const STABLE_MS = 30_000;

export interface EcsServiceOptions {
  resource: EcsServiceResource;
  definition: TaskDefinition;
  targetGroups: ReadonlyMap<string, TargetGroup>;
  registry: CloudMapRegistry;
  /** Attributes of every instance that it registers, beside its address. */
  instanceAttributes: Readonly<Record<string, string>>;
  createTask: (definition: TaskDefinition, deployment: number) => Promise<Task>;
  /** Told of what a person should know. */
  onEvent: (level: 'info' | 'warn', message: string) => void;
}

/** One set of tasks from the same sources. */
interface Deployment {
  readonly number: number;
  /** Aborted when a newer one takes its place: it starts no more tasks. */
  readonly replaced: AbortController;
  /** Tasks that wait for their turn to start. */
  starting: number;
  /** Tasks in a row that ended soon after their start. */
  failures: number;
}

interface Registration {
  group: TargetGroup;
  target: Target;
}

/** Keeps the desired number of tasks running, replaces those that end or fail their checks, and rolls deployments. */
export class EcsService {
  readonly name: string;
  readonly desired: number;
  readonly #options: EcsServiceOptions;
  readonly #tasks = new Map<Task, Registration[]>();
  #stopping = false;
  #deployment = createDeployment(1);

  constructor(options: EcsServiceOptions) {
    this.#options = options;
    this.name = options.resource.logicalName;
    this.desired = options.resource.desiredCount;
  }

  get tasks(): readonly Task[] {
    return [...this.#tasks.keys()];
  }

  get isReady(): boolean {
    return this.#current.filter(({ status }) => status === 'RUNNING').length >= this.desired;
  }

  start(): void {
    this.#reconcile();
  }

  /** Replaces every task by one from the sources as they are now; those that run stay until the new ones are healthy. */
  deploy(): void {
    for (const task of this.tasks) {
      // One generation may drain at a time: an edit a second would otherwise leave a crowd behind.
      if (task.isStopping) task.hurry();
      else if (task.status !== 'RUNNING') this.#follow(this.#stop(task, 'SIGINT'));
    }
    this.#deployment.replaced.abort();
    this.#deployment = createDeployment(this.#nextNumber);
    this.#reconcile();
  }

  /** Stops every task without waiting for callers. */
  async stop(timeoutSeconds: number): Promise<void> {
    this.#stopping = true;
    this.#deployment.replaced.abort();
    await Promise.all(this.tasks.map((task) => task.stop('SIGINT', timeoutSeconds)));
  }

  get #nextNumber(): number {
    return Math.max(this.#deployment.number, ...this.tasks.map(({ deployment }) => deployment)) + 1;
  }

  get #current(): Task[] {
    return this.tasks.filter((task) => task.deployment === this.#deployment.number && !task.isStopping);
  }

  get #previous(): Task[] {
    return this.tasks.filter((task) => task.deployment !== this.#deployment.number && !task.isStopping);
  }

  /** For what goes on by itself: a failure is told, and the platform goes on. */
  #follow(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.#options.onEvent('warn', `unexpected: ${error instanceof Error ? error.message : String(error)}`);
    });
  }

  #reconcile(): void {
    if (this.#stopping) return;
    for (let count = this.#countToStart(); count > 0; count--) this.#follow(this.#startTask(this.#deployment));
    if (this.isReady) for (const task of this.#previous) this.#follow(this.#stop(task, 'SIGTERM'));
  }

  /** Over running tasks one starts after the other: the first serves the edit sooner than all together would. */
  #countToStart(): number {
    const { starting } = this.#deployment;
    const missing = this.desired - this.#current.length - starting;
    if (this.#previous.length === 0) return missing;
    const isStarting = starting > 0 || this.#current.some(({ status }) => status !== 'RUNNING');
    return isStarting ? 0 : Math.min(missing, 1);
  }

  async #startTask(deployment: Deployment): Promise<void> {
    const { signal } = deployment.replaced;
    deployment.starting += 1;
    try {
      await delay(restartDelayMs(deployment.failures), undefined, { signal }).catch(() => undefined);
      const task = signal.aborted
        ? undefined
        : await this.#options.createTask(this.#options.definition, deployment.number);
      if (!task || signal.aborted) return;
      this.#tasks.set(task, []);
      this.#follow(this.#watch(task));
    } finally {
      deployment.starting -= 1;
    }
  }

  /** Follows a task from its start to its end. */
  async #watch(task: Task): Promise<void> {
    void task.stopped.then(() => {
      this.#onStopped(task);
    });
    await task.start();
    const isActivating = () => task.status === 'ACTIVATING';
    if (!isActivating()) return;
    const registrations = this.#register(task);
    while (!task.isStopping) {
      if (isActivating() && isHealthy(task, registrations)) this.#onHealthy(task);
      const fault = findFault(task, registrations);
      if (fault !== undefined) {
        this.#options.onEvent('warn', `task ${shortId(task)} ${fault}; replacing it`);
        this.#follow(this.#stop(task, 'SIGTERM'));
      }
      await delay(isActivating() ? START_POLL_MS : HEALTH_POLL_MS, undefined, { ref: false });
    }
  }

  #onHealthy(task: Task): void {
    const { serviceRegistries } = this.#options.resource;
    if (serviceRegistries) {
      const attributes = {
        ...this.#options.instanceAttributes,
        AWS_INSTANCE_IPV4: LOOPBACK,
        AWS_INSTANCE_PORT: String(task.port),
      };
      this.#options.registry.register(registryId(serviceRegistries.registryArn), { id: task.id, attributes });
    }
    task.setStatus('RUNNING');
    this.#reconcile();
  }

  #register(task: Task): Registration[] {
    const registrations = this.#options.resource.loadBalancers.map(({ targetGroupArn }) => {
      const group = this.#options.targetGroups.get(targetGroupArn);
      if (!group) throw new Error(`service ${this.name} names a target group that the graph does not have`);
      return { group, target: group.register({ host: LOOPBACK, port: task.port }) };
    });
    this.#tasks.set(task, registrations);
    return registrations;
  }

  /** As ECS does: no new requests, then the signal. */
  async #stop(task: Task, signal: NodeJS.Signals): Promise<void> {
    if (task.isStopping) return;
    task.setStatus('DEACTIVATING');
    this.#reconcile();
    await this.#deregister(task);
    await task.stop(signal);
  }

  async #deregister(task: Task): Promise<void> {
    const { serviceRegistries } = this.#options.resource;
    const registrations = this.#tasks.get(task) ?? [];
    this.#tasks.set(task, []);
    if (serviceRegistries) {
      const id = registryId(serviceRegistries.registryArn);
      const isRegistered = this.#options.registry.instances(id).some((instance) => instance.id === task.id);
      if (isRegistered) this.#options.registry.deregister(id, task.id);
    }
    await Promise.all(registrations.map(({ group, target }) => group.deregister(target)));
  }

  #onStopped(task: Task): void {
    this.#follow(this.#deregister(task));
    this.#tasks.delete(task);
    if (this.#stopping) return;
    const isCurrent = task.deployment === this.#deployment.number;
    if (isCurrent && task.stoppedReason !== undefined) this.#onFailure(task, task.stoppedReason);
    this.#reconcile();
  }

  #onFailure(task: Task, reason: string): void {
    const deployment = this.#deployment;
    const wasStable = Date.now() - task.createdAt.getTime() > STABLE_MS;
    deployment.failures = wasStable ? 1 : deployment.failures + 1;
    const previous = Math.max(0, ...this.#previous.map((task) => task.deployment));
    if (previous > 0) {
      // Trying an edit again does not mend it. The tasks from before it go on, until the next edit.
      deployment.replaced.abort();
      this.#deployment = createDeployment(previous);
      this.#options.onEvent('warn', `the new tasks failed, the running ones stay: ${reason}`);
      return;
    }
    const seconds = restartDelayMs(deployment.failures) / 1000;
    const when = seconds === 0 ? 'now' : `in ${seconds} s`;
    this.#options.onEvent('warn', `task ${shortId(task)} stopped: ${reason}; starting another ${when}`);
  }
}

function createDeployment(number: number): Deployment {
  return { number, replaced: new AbortController(), starting: 0, failures: 0 };
}

/** The load balancer decides where there is one, the health checks of the containers elsewhere. */
const isHealthy = (task: Task, registrations: readonly Registration[]): boolean =>
  registrations.length > 0 ? registrations.every(({ target }) => target.health === 'healthy') : task.isHealthy;

function findFault(task: Task, registrations: readonly Registration[]): string | undefined {
  if (task.isStopping) return undefined;
  if (task.isUnhealthy) return 'failed its container health checks';
  if (registrations.some(({ target }) => target.health === 'unhealthy')) return 'failed its target health checks';
  const age = Date.now() - task.createdAt.getTime();
  if (task.status === 'ACTIVATING' && age > START_TIMEOUT_MS) return 'did not become healthy';
  return undefined;
}

/** The id at the end of the ARN of a Cloud Map service. */
const registryId = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

const shortId = (task: Task): string => task.id.slice(0, 6);
