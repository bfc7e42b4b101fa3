import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import { cloudMap } from '../cloud-map.ts';
import { CloudMapRegistry } from '../cloud-map/cloud-map-registry.ts';
import { startAwsEndpoint, type AwsEndpoint, type AwsEndpointOptions } from '../endpoint.ts';
import { secretsManager } from '../secrets-manager.ts';
import { SecretStore } from '../secrets/secret-store.ts';
import type { TaskDescription } from '../task-description.ts';

const REGION = 'eu-central-1';

/** The services over fresh stores, on a port of the system's choice. */
export async function startTestEndpoint(options: Partial<AwsEndpointOptions> = {}): Promise<{
  endpoint: AwsEndpoint;
  secrets: SecretStore;
  registry: CloudMapRegistry;
  tasks: Map<string, TaskDescription>;
}> {
  const secrets = new SecretStore({ region: REGION, accountId: '123456789012' });
  const registry = new CloudMapRegistry();
  const tasks = new Map<string, TaskDescription>();
  const endpoint = await startAwsEndpoint({
    port: 0,
    services: [secretsManager(secrets), cloudMap(registry)],
    tasks: { find: (id) => tasks.get(id) },
    ...options,
  });
  return { endpoint, secrets, registry, tasks };
}

/** What every client needs to reach the endpoint once and fail fast. */
export function clientSettings(endpoint: AwsEndpoint) {
  const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'test' };
  return { region: REGION, endpoint: endpoint.url, credentials, maxAttempts: 1 };
}

/** The SDK's Secrets Manager client. */
export function secretsClient(endpoint: AwsEndpoint): SecretsManagerClient {
  return new SecretsManagerClient(clientSettings(endpoint));
}

/** The SDK's Cloud Map client, without the `data-` that it puts before a host. */
export function cloudMapClient(endpoint: AwsEndpoint): ServiceDiscoveryClient {
  return new ServiceDiscoveryClient({ ...clientSettings(endpoint), disableHostPrefix: true });
}

/** A task of the catalog service with one container. */
export function describeTask(changes: Partial<TaskDescription> = {}): TaskDescription {
  const id = '158d1c8083dd49d6b527399fd6414f5c';
  return {
    id,
    arn: `arn:aws:ecs:eu-central-1:123456789012:task/fairlead/${id}`,
    cluster: 'arn:aws:ecs:eu-central-1:123456789012:cluster/fairlead',
    family: 'catalog',
    revision: 3,
    serviceName: 'catalog',
    desiredStatus: 'RUNNING',
    knownStatus: 'RUNNING',
    availabilityZone: 'eu-central-1a',
    cpu: 256,
    memoryMiB: 512,
    tags: { service: 'catalog' },
    roleArn: 'arn:aws:iam::123456789012:role/catalog-task',
    containers: [
      {
        name: 'catalog',
        image: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/catalog@sha256:ab',
        port: 8080,
        startedAt: new Date('2026-11-21T10:00:00Z'),
        health: { status: 'HEALTHY', since: new Date('2026-11-21T10:00:05Z') },
      },
    ],
    ...changes,
  };
}
