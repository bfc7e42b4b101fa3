import { randomInt } from 'node:crypto';
import { AwsError } from '../protocol/aws-error.ts';
import type { CloudMapRegistry, Instance } from './cloud-map-registry.ts';
import type { Health, NamespaceDeclaration, ServiceDeclaration } from './declarations.ts';

/** Which instances DiscoverInstances is asked for by their health. */
export type HealthFilter = 'HEALTHY' | 'UNHEALTHY' | 'ALL' | 'HEALTHY_OR_ELSE_ALL';

/** Which instances DiscoverInstances is asked for. */
export interface DiscoveryQuery {
  required: Readonly<Record<string, string>>;
  optional: Readonly<Record<string, string>>;
  health: HealthFilter;
  maxResults: number;
}

/** An instance and the health that was seen when it was chosen. */
export interface Discovered {
  instance: Instance;
  health: Health;
}

/** The namespace and service of these names. @throws {AwsError} NamespaceNotFound or ServiceNotFound. */
export function getByNames(
  registry: CloudMapRegistry,
  namespaceName: string,
  serviceName: string,
): { namespace: NamespaceDeclaration; service: ServiceDeclaration } {
  const namespace = registry.namespaces().find(({ name }) => name === namespaceName);
  if (!namespace) throw new AwsError('NamespaceNotFound', 'Namespace not found');
  const inNamespace = registry.services().filter(({ namespaceId }) => namespaceId === namespace.id);
  const service = inNamespace.find(({ name }) => name === serviceName);
  if (!service) throw new AwsError('ServiceNotFound', 'Service not found');
  return { namespace, service };
}

/** The instances of a service that answer a query, in random order. */
export function discover(registry: CloudMapRegistry, service: ServiceDeclaration, query: DiscoveryQuery): Discovered[] {
  const matching = registry
    .instances(service.id)
    .filter((instance) => hasAttributes(instance, query.required))
    .map((instance) => ({ instance, health: registry.healthOf(service.id, instance.id) }));
  // A service without a health check answers all of its instances, whatever health is asked for.
  const alive = service.healthCheckCustomConfig ? filterHealth(matching, query.health) : matching;
  const preferred = alive.filter(({ instance }) => hasAttributes(instance, query.optional));
  return shuffle(preferred.length > 0 ? preferred : alive).slice(0, query.maxResults);
}

function filterHealth(found: Discovered[], filter: HealthFilter): Discovered[] {
  if (filter === 'ALL') return found;
  if (filter === 'UNHEALTHY') return found.filter(({ health }) => health === 'UNHEALTHY');
  const healthy = found.filter(({ health }) => health === 'HEALTHY');
  return filter === 'HEALTHY_OR_ELSE_ALL' && healthy.length === 0 ? found : healthy;
}

function hasAttributes(instance: Instance, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([key, value]) => instance.attributes[key] === value);
}

function shuffle<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, order: randomInt(2 ** 32) }))
    .sort((one, other) => one.order - other.order)
    .map(({ item }) => item);
}
