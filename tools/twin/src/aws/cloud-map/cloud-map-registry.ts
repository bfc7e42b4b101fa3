import { randomUUID } from 'node:crypto';
import { AwsError } from '../protocol/aws-error.ts';
import type { CustomHealth, Health, NamespaceDeclaration, ServiceDeclaration } from './declarations.ts';
import { checkAttributes } from './instance-attributes.ts';

/** A registered instance. */
export interface Instance {
  id: string;
  attributes: Readonly<Record<string, string>>;
  creatorRequestId?: string | undefined;
}

/** What GetOperation tells of a registration or deregistration; a twin's is done when it is answered. */
export interface FinishedOperation {
  id: string;
  type: 'REGISTER_INSTANCE' | 'DEREGISTER_INSTANCE';
  serviceId: string;
  instanceId: string;
  finishedAt: number;
}

/** Settings of a registry. */
export interface CloudMapOptions {
  /** Milliseconds until a reported health shows; the real one takes about 30 seconds. @default 0 */
  healthDelayMs?: number;
  /** Epoch milliseconds; the system clock unless a test says otherwise. */
  now?: () => number;
}

interface Registered extends Instance {
  health: CustomHealth;
  reported?: { health: CustomHealth; showsAt: number } | undefined;
}

interface ServiceEntry {
  service: ServiceDeclaration;
  instances: Map<string, Registered>;
  revision: number;
}

const KEPT_OPERATIONS = 1000;

/** Knows the namespaces and services of the graph and the instances that run. */
export class CloudMapRegistry {
  readonly createdAt: number;
  readonly #now: () => number;
  readonly #healthDelayMs: number;
  readonly #namespaces = new Map<string, NamespaceDeclaration>();
  readonly #services = new Map<string, ServiceEntry>();
  readonly #operations = new Map<string, FinishedOperation>();

  constructor({ healthDelayMs = 0, now = Date.now }: CloudMapOptions = {}) {
    this.#now = now;
    this.#healthDelayMs = healthDelayMs;
    this.createdAt = now();
  }

  /** Makes a namespace of the resource graph exist. */
  declareNamespace(namespace: NamespaceDeclaration): void {
    this.#namespaces.set(namespace.id, namespace);
  }

  /** Makes a service of the resource graph exist; it keeps the instances it has. */
  declareService(service: ServiceDeclaration): void {
    const existing = this.#services.get(service.id);
    this.#services.set(service.id, { instances: new Map(), revision: 1, ...existing, service });
  }

  /**
   * Registers an instance, or replaces the one of that id; answers the id of the finished operation.
   * @throws {AwsError} where the service does not exist or its records need other attributes.
   */
  register(serviceId: string, instance: Instance): string {
    const entry = this.#get(serviceId);
    checkAttributes(entry.service, instance.attributes);
    const health = instance.attributes.AWS_INIT_HEALTH_STATUS === 'UNHEALTHY' ? 'UNHEALTHY' : 'HEALTHY';
    entry.instances.set(instance.id, { ...instance, attributes: { ...instance.attributes }, health });
    entry.revision += 1;
    return this.#finish('REGISTER_INSTANCE', entry, instance.id);
  }

  /** Removes an instance; answers the id of the finished operation. @throws {AwsError} where there is none. */
  deregister(serviceId: string, instanceId: string): string {
    const entry = this.#get(serviceId);
    if (!entry.instances.delete(instanceId)) throw instanceNotFound(entry, instanceId);
    entry.revision += 1;
    return this.#finish('DEREGISTER_INSTANCE', entry, instanceId);
  }

  /** Reports the health of an instance. @throws {AwsError} where its service has no custom health check. */
  setHealth(serviceId: string, instanceId: string, health: CustomHealth): void {
    const entry = this.#get(serviceId);
    const instance = entry.instances.get(instanceId);
    if (!instance) throw instanceNotFound(entry, instanceId);
    if (!entry.service.healthCheckCustomConfig) {
      throw new AwsError('CustomHealthNotFound', `Service ${serviceId} has no custom health check`);
    }
    // A repeat does not start the wait anew.
    if (instance.reported?.health === health) return;
    instance.reported = { health, showsAt: this.#now() + this.#healthDelayMs };
    this.#settle(instance);
  }

  /** The health that callers see now. */
  healthOf(serviceId: string, instanceId: string): Health {
    const entry = this.#get(serviceId);
    const instance = entry.instances.get(instanceId);
    if (!instance) throw instanceNotFound(entry, instanceId);
    if (!entry.service.healthCheckCustomConfig) return 'UNKNOWN';
    return this.#settle(instance);
  }

  /** The instances of a service, in order of registration. */
  instances(serviceId: string): Instance[] {
    return [...this.#get(serviceId).instances.values()];
  }

  /** @throws {AwsError} InstanceNotFound. */
  getInstance(serviceId: string, instanceId: string): Instance {
    const entry = this.#get(serviceId);
    const instance = entry.instances.get(instanceId);
    if (instance) return instance;
    throw instanceNotFound(entry, instanceId);
  }

  /** A number that grows with each registration and deregistration, but not with health. */
  revision(serviceId: string): number {
    return this.#get(serviceId).revision;
  }

  namespaces(): NamespaceDeclaration[] {
    return [...this.#namespaces.values()];
  }

  services(): ServiceDeclaration[] {
    return [...this.#services.values()].map(({ service }) => service);
  }

  /** A service by its id or ARN. @throws {AwsError} ServiceNotFound. */
  getService(id: string): ServiceDeclaration {
    return this.#get(id).service;
  }

  /** A namespace by its id or ARN. @throws {AwsError} NamespaceNotFound. */
  getNamespace(id: string): NamespaceDeclaration {
    const namespace = this.namespaces().find((one) => one.id === id || one.arn === id);
    if (namespace) return namespace;
    throw new AwsError('NamespaceNotFound', 'Namespace not found');
  }

  /** @throws {AwsError} OperationNotFound. */
  getOperation(id: string): FinishedOperation {
    const operation = this.#operations.get(id);
    if (operation) return operation;
    throw new AwsError('OperationNotFound', `Operation ${id} not found`);
  }

  #get(id: string): ServiceEntry {
    const entry = this.#services.get(id) ?? [...this.#services.values()].find(({ service }) => service.arn === id);
    if (entry) return entry;
    throw new AwsError('ServiceNotFound', 'Service not found');
  }

  #settle(instance: Registered): CustomHealth {
    if (instance.reported && instance.reported.showsAt <= this.#now()) {
      instance.health = instance.reported.health;
      instance.reported = undefined;
    }
    return instance.health;
  }

  #finish(type: FinishedOperation['type'], { service }: ServiceEntry, instanceId: string): string {
    const id = randomUUID();
    this.#operations.set(id, { id, type, serviceId: service.id, instanceId, finishedAt: this.#now() });
    const [oldest] = this.#operations.keys();
    if (oldest !== undefined && this.#operations.size > KEPT_OPERATIONS) this.#operations.delete(oldest);
    return id;
  }
}

function instanceNotFound({ service }: ServiceEntry, instanceId: string): AwsError {
  return new AwsError('InstanceNotFound', `Instance ${instanceId} not found in service ${service.id}`);
}
