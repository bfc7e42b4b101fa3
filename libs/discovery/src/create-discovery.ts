import type { ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import { ConfigError } from '@fairlead/config';
import { CONTAINER_PORT } from '@fairlead/manifest/times';
import type { BalancerOptions } from './balancer.ts';
import { CloudMapDiscovery } from './cloud-map-discovery.ts';
import type { Discovery, Instance } from './discovery.ts';
import type { DiscoveryConfig } from './settings.ts';
import { StaticDiscovery } from './static-discovery.ts';

/**
 * Makes the discovery that the settings ask for.
 * @throws {ConfigError} where it lacks its namespace, or an instance is not `host:port`
 */
export function createDiscovery(
  config: Omit<DiscoveryConfig, 'taskMetadataUri'>,
  options: Pick<BalancerOptions, 'zone' | 'onEvent'> = {},
): Discovery {
  if (config.discovery === 'static') return new StaticDiscovery(parseInstances(config.discoveryInstances), options);
  if (config.discoveryNamespace === '') {
    throw new ConfigError(['DISCOVERY_NAMESPACE is required where DISCOVERY is cloudmap']);
  }
  const { discoveryNamespace: namespace, awsEndpointUrl } = config;
  return new CloudMapDiscovery({ ...options, namespace, connect: () => createClient(awsEndpointUrl) });
}

/** Loading the SDK takes a service as long as half of its start, and it is ready without. */
async function createClient(endpointUrl: string): Promise<ServiceDiscoveryClient> {
  const { ServiceDiscoveryClient } = await import('@aws-sdk/client-servicediscovery');
  // The SDK sends discovery to the host `data-…` of an endpoint, which only AWS's own has.
  return new ServiceDiscoveryClient({ disableHostPrefix: endpointUrl !== '', maxAttempts: 2 });
}

function parseInstances(services: Readonly<Record<string, string>>): Record<string, Instance[]> {
  return Object.fromEntries(
    Object.entries(services).map(([service, addresses]) => [
      service,
      addresses.split(',').map((address) => parseAddress(service, address.trim())),
    ]),
  );
}

const ADDRESS = /^(?<host>[\w.-]+|\[[\da-f:]+\])(?::(?<port>\d{1,5}))?$/i;

function parseAddress(service: string, address: string): Instance {
  const { host, port } = ADDRESS.exec(address)?.groups ?? {};
  if (host === undefined || Number(port) > 65_535) {
    throw new ConfigError([`DISCOVERY_INSTANCES must name instances of ${service} as host:port, not "${address}"`]);
  }
  return { id: address, host, port: port === undefined ? CONTAINER_PORT : Number(port) };
}
