import { randomBytes } from 'node:crypto';
import type { ContainerDefinition, TaskDefinition } from '../graph/resources.ts';
import { Container, type ContainerOptions } from './container.ts';

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html */
export type TaskStatus =
  'PROVISIONING' | 'PENDING' | 'ACTIVATING' | 'RUNNING' | 'DEACTIVATING' | 'STOPPING' | 'STOPPED';

export interface TaskOptions {
  definition: TaskDefinition;
  /** Counts the deployments of its service; the newest is the one to keep. */
  deployment: number;
  port: number;
  /** The environment of one container, with its secrets; throws where a secret cannot be had. */
  createEnvironment: (container: ContainerDefinition) => Record<string, string>;
  container: Omit<ContainerOptions, 'env' | 'onLine'>;
  onLine: (container: string, line: string) => void;
  onStatus: () => void;
}

/** One task: its containers, started in the order that they depend on each other. */
export class Task {
  /** 32 hexadecimal digits, as ECS gives them. */
  readonly id = randomBytes(16).toString('hex');
  readonly createdAt = new Date();
  readonly port: number;
  readonly definition: TaskDefinition;
  readonly deployment: number;
  readonly #options: TaskOptions;
  readonly #containers = new Map<string, Container>();
  readonly #stopped = Promise.withResolvers<undefined>();
  /** The container whose process is being created, if any. */
  #spawning: Promise<unknown> = Promise.resolve();
  #status: TaskStatus = 'PROVISIONING';
  #stoppedReason: string | undefined;

  constructor(options: TaskOptions) {
    this.#options = options;
    this.definition = options.definition;
    this.deployment = options.deployment;
    this.port = options.port;
  }

  get status(): TaskStatus {
    return this.#status;
  }

  /** Why it stopped by itself; absent where it was asked to. */
  get stoppedReason(): string | undefined {
    return this.#stoppedReason;
  }

  get isStopping(): boolean {
    return ['DEACTIVATING', 'STOPPING', 'STOPPED'].includes(this.#status);
  }

  get containers(): readonly Container[] {
    return [...this.#containers.values()];
  }

  /** The process that serves: the last essential container of the definition. */
  get pid(): number {
    return this.containers.findLast(({ definition }) => definition.essential)?.pid ?? 0;
  }

  /** Resolves when every container has ended. */
  get stopped(): Promise<undefined> {
    return this.#stopped.promise;
  }

  /** Whether every essential container that has health checks passes them. */
  get isHealthy(): boolean {
    return this.containers.every(
      ({ definition, health }) => !definition.essential || !definition.healthCheck || health === 'HEALTHY',
    );
  }

  get isUnhealthy(): boolean {
    return this.containers.some(({ definition, health }) => definition.essential && health === 'UNHEALTHY');
  }

  setStatus(status: TaskStatus): void {
    if (this.#status === 'STOPPED' || this.#status === status) return;
    this.#status = status;
    this.#options.onStatus();
  }

  /** Starts every container, each when those it depends on have come as far as it asks; resolves when all have started. */
  async start(): Promise<void> {
    this.setStatus('PENDING');
    try {
      for (const definition of inOrder(this.definition.containerDefinitions)) {
        await this.#awaitDependencies(definition);
        if (this.isStopping) return;
        await this.#startContainer(definition);
      }
      if (!this.isStopping) this.setStatus('ACTIVATING');
    } catch (error) {
      await this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  /** Asks every container to stop. SIGTERM is what ECS sends; SIGINT asks not to wait for anybody. */
  async stop(signal: NodeJS.Signals, timeoutSeconds?: number): Promise<void> {
    this.setStatus('STOPPING');
    await this.#spawning;
    await Promise.all(this.containers.map((container) => container.stop(signal, timeoutSeconds)));
    this.#finish();
  }

  /** Does not wait for callers any more that might hold its address; for a task that is stopping already. */
  hurry(): void {
    for (const container of this.containers) container.kill('SIGINT');
  }

  async #startContainer(definition: ContainerDefinition): Promise<void> {
    const { createEnvironment, container: options, onLine } = this.#options;
    const env = createEnvironment(definition);
    const starting = Container.start(definition, {
      ...options,
      env,
      onLine: (line) => {
        onLine(definition.name, line);
      },
    });
    this.#spawning = starting.then((started) => this.#containers.set(definition.name, started)).catch(() => undefined);
    const container = await starting;
    if (definition.essential) void container.exited.then(() => this.#onEssentialExit(container));
  }

  async #awaitDependencies({ name, dependsOn }: ContainerDefinition): Promise<void> {
    for (const { containerName, condition } of dependsOn) {
      const container = this.#containers.get(containerName);
      if (!container) throw new Error(`container ${name} depends on ${containerName}, which the task does not have`);
      if (condition === 'COMPLETE' || condition === 'SUCCESS') await container.exited;
      if (condition === 'SUCCESS' && container.exit?.code !== 0) {
        throw new Error(`container ${containerName} ${describeEnd(container)}`);
      }
      if (condition === 'HEALTHY') await waitUntilHealthy(container);
    }
  }

  async #onEssentialExit(container: Container): Promise<void> {
    if (this.isStopping) return;
    await this.#fail(`Essential container in task exited: ${container.definition.name} ${describeEnd(container)}`);
  }

  async #fail(reason: string): Promise<void> {
    if (this.isStopping) return;
    this.#stoppedReason = reason;
    await this.stop('SIGTERM');
  }

  #finish(): void {
    this.setStatus('STOPPED');
    this.#stopped.resolve(undefined);
  }
}

/** A container comes after those that it depends on. */
function inOrder(definitions: readonly ContainerDefinition[]): ContainerDefinition[] {
  const ordered: ContainerDefinition[] = [];
  const visit = (definition: ContainerDefinition, path: readonly string[]): void => {
    if (path.includes(definition.name)) throw new Error(`containers depend on each other: ${path.join(', ')}`);
    if (ordered.includes(definition)) return;
    for (const { containerName } of definition.dependsOn) {
      const dependency = definitions.find(({ name }) => name === containerName);
      if (dependency) visit(dependency, [...path, definition.name]);
    }
    ordered.push(definition);
  };
  for (const definition of definitions) visit(definition, []);
  return ordered;
}

function describeEnd({ exit, lastLines }: Container): string {
  if (exit?.signal) return `was ended by ${exit.signal}`;
  const how = `exited with code ${exit?.code ?? 'unknown'}`;
  const why = summarize(lastLines);
  return why === undefined ? how : `${how}: ${why}`;
}

/** The reason in the last lines of output: the message of a log line, or the line of a stack trace that names the error. */
function summarize(lines: readonly string[]): string | undefined {
  const messages = lines.map(findLogMessage).filter((message) => message !== undefined);
  return messages.at(-1) ?? lines.findLast((line) => /\b\w*Error\b/.test(line)) ?? lines.at(-1);
}

function findLogMessage(line: string): string | undefined {
  try {
    const { message, error } = JSON.parse(line) as { message?: string; error?: { message?: string } };
    return [message, error?.message].filter(Boolean).join(': ') || undefined;
  } catch {
    return undefined;
  }
}

async function waitUntilHealthy(container: Container): Promise<void> {
  while (container.isRunning && container.health === 'UNKNOWN') {
    await Promise.race([container.exited, new Promise((resolve) => setTimeout(resolve, 100))]);
  }
  if (container.health !== 'HEALTHY') throw new Error(`container ${container.definition.name} did not become healthy`);
}
