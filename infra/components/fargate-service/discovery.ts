import { times } from '@fairlead/manifest';
import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';

/** The entry in Cloud Map under which other services find this one. */
export function createDiscoveryEntry(
  parent: pulumi.Resource,
  name: string,
  namespaceId: pulumi.Output<string>,
): aws.servicediscovery.Service {
  return new aws.servicediscovery.Service(
    name,
    {
      name,
      dnsConfig: {
        namespaceId,
        routingPolicy: 'MULTIVALUE',
        // With SRV records ECS registers address and port; with A records it leaves out the port.
        dnsRecords: [{ type: 'SRV', ttl: times.discovery.dnsTtlSeconds }],
      },
      // ECS reports the health of tasks itself.
      healthCheckCustomConfig: {},
      forceDestroy: true,
    },
    // Callers ask for it by name, which can exist once in the namespace.
    { parent, deleteBeforeReplace: true },
  );
}
