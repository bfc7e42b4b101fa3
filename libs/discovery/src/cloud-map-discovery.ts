import type { HttpInstanceSummary, ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import { CONTAINER_PORT } from '@fairlead/manifest/times';
import { Balancer, type BalancerOptions } from './balancer.ts';
import { CachedLookup } from './cached-lookup.ts';
import type { Discovery, Instance, Lease } from './discovery.ts';
import { createNoInstances } from './problems.ts';

/** Instances are forgotten when an answer does not name them: it should name all. */
const MAX_RESULTS = 1000;

const NOTHING_TO_AVOID: ReadonlySet<string> = new Set();

interface CloudMapDiscoveryOptions extends BalancerOptions {
  /** Makes the client at the first lookup; it is destroyed together with the discovery. */
  connect: () => Promise<ServiceDiscoveryClient>;
  namespace: string;
}

/** Finds instances in the namespace of Cloud Map where ECS registers the tasks of services and reports their health. */
export class CloudMapDiscovery implements Discovery {
  readonly #options: CloudMapDiscoveryOptions;
  readonly #services = new Map<string, { lookup: CachedLookup; balancer: Balancer }>();

  #client: Promise<ServiceDiscoveryClient> | undefined;

  constructor(options: CloudMapDiscoveryOptions) {
    this.#options = options;
  }

  async acquire(service: string, avoid = NOTHING_TO_AVOID): Promise<Lease> {
    const { lookup, balancer } = this.#getService(service);
    const instances = await lookup.current().catch((error: unknown) => {
      throw createNoInstances(service, error);
    });
    balancer.update(instances);
    const lease = balancer.acquire(avoid);
    if (!lease) throw createNoInstances(service);
    return lease;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { lookup } of this.#services.values()) lookup[Symbol.dispose]();
    (await this.#client)?.destroy();
  }

  #getService(service: string): { lookup: CachedLookup; balancer: Balancer } {
    const known = this.#services.get(service);
    if (known) return known;
    const { now = () => performance.now(), random = Math.random, onEvent } = this.#options;
    const lookup = new CachedLookup((signal) => this.#discover(service, signal), {
      now,
      random,
      onError: (error) => onEvent?.({ type: 'lookup-failed', service, error }),
    });
    const created = { lookup, balancer: new Balancer(service, this.#options) };
    this.#services.set(service, created);
    return created;
  }

  async #discover(service: string, abortSignal: AbortSignal): Promise<readonly Instance[]> {
    const { connect, namespace } = this.#options;
    const { DiscoverInstancesCommand } = await import('@aws-sdk/client-servicediscovery');
    this.#client ??= connect();
    const client = await this.#client;
    const command = new DiscoverInstancesCommand({
      NamespaceName: namespace,
      ServiceName: service,
      // Where all are unhealthy, the health is more likely to be wrong than all of them.
      HealthStatus: 'HEALTHY_OR_ELSE_ALL',
      MaxResults: MAX_RESULTS,
    });
    const { Instances = [] } = await client.send(command, { abortSignal });
    return Instances.flatMap(readInstance);
  }
}

/** An entry without an address is not a task of ours: nothing can be sent there. */
function readInstance({ InstanceId, Attributes = {} }: HttpInstanceSummary): Instance[] {
  // ECS registers the port only for SRV records.
  const { AWS_INSTANCE_IPV4: host, AWS_INSTANCE_PORT: port = CONTAINER_PORT, AVAILABILITY_ZONE: zone } = Attributes;
  if (InstanceId === undefined || host === undefined) return [];
  return [{ id: InstanceId, host, port: Number(port), ...(zone !== undefined && { zone }) }];
}
