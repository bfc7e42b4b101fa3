import { operation, type Operation } from '../protocol/service.ts';
import { integer, oneOf, optional, textMap } from '../protocol/shape.ts';
import { nameMembers } from './cloud-map-inputs.ts';
import type { CloudMapRegistry } from './cloud-map-registry.ts';
import { discover, getByNames } from './discovery.ts';

/** The operations of the data plane, which services call to find each other. */
export function discoveryOperations(registry: CloudMapRegistry): Record<string, Operation> {
  return {
    DiscoverInstances: discoverInstances(registry),
    DiscoverInstancesRevision: operation(nameMembers, ({ NamespaceName, ServiceName }) => {
      const { service } = getByNames(registry, NamespaceName, ServiceName);
      return { InstancesRevision: registry.revision(service.id) };
    }),
  };
}

function discoverInstances(registry: CloudMapRegistry): Operation {
  return operation(
    {
      ...nameMembers,
      MaxResults: optional(integer(1, 1000)),
      QueryParameters: optional(textMap()),
      OptionalParameters: optional(textMap()),
      HealthStatus: optional(oneOf('HEALTHY', 'UNHEALTHY', 'ALL', 'HEALTHY_OR_ELSE_ALL')),
    },
    (input) => {
      const { namespace, service } = getByNames(registry, input.NamespaceName, input.ServiceName);
      const found = discover(registry, service, {
        required: input.QueryParameters ?? {},
        optional: input.OptionalParameters ?? {},
        health: input.HealthStatus ?? 'HEALTHY',
        maxResults: input.MaxResults ?? 100,
      });
      const Instances = found.map(({ instance, health }) => ({
        InstanceId: instance.id,
        NamespaceName: namespace.name,
        ServiceName: service.name,
        HealthStatus: health,
        Attributes: instance.attributes,
      }));
      return { Instances, InstancesRevision: registry.revision(service.id) };
    },
  );
}
