import {
  DeregisterInstanceCommand,
  DiscoverInstancesCommand,
  DiscoverInstancesRevisionCommand,
  GetInstanceCommand,
  GetInstancesHealthStatusCommand,
  GetNamespaceCommand,
  GetOperationCommand,
  GetServiceCommand,
  ListInstancesCommand,
  ListNamespacesCommand,
  ListServicesCommand,
  NamespaceNotFound,
  RegisterInstanceCommand,
  ServiceNotFound,
  UpdateInstanceCustomHealthStatusCommand,
  paginateListInstances,
  type DiscoverInstancesCommandInput,
  type ServiceDiscoveryClient,
} from '@aws-sdk/client-servicediscovery';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CloudMapRegistry } from './cloud-map/cloud-map-registry.ts';
import type { AwsEndpoint } from './endpoint.ts';
import { cloudMapClient, startTestEndpoint } from './test/start-test-endpoint.ts';

const NAMESPACE = {
  id: 'ns-fairlead',
  arn: 'arn:aws:servicediscovery:eu-central-1:123456789012:namespace/ns-fairlead',
  name: 'fairlead.internal',
  type: 'DNS_PRIVATE',
} as const;

const CATALOG = {
  id: 'srv-catalog',
  arn: 'arn:aws:servicediscovery:eu-central-1:123456789012:service/srv-catalog',
  name: 'catalog',
  namespaceId: NAMESPACE.id,
  dnsConfig: { dnsRecords: [{ type: 'A' as const, ttl: 10 }] },
  healthCheckCustomConfig: {},
};

let endpoint: AwsEndpoint;
let registry: CloudMapRegistry;
let client: ServiceDiscoveryClient;

beforeEach(async () => {
  ({ endpoint, registry } = await startTestEndpoint());
  client = cloudMapClient(endpoint);
  registry.declareNamespace(NAMESPACE);
  registry.declareService(CATALOG);
});

afterEach(async () => {
  client.destroy();
  await endpoint.close();
});

function register(id: string, more: Record<string, string> = {}) {
  const attributes = { AWS_INSTANCE_IPV4: '127.0.0.1', AWS_INSTANCE_PORT: '8080', ...more };
  return registry.register(CATALOG.id, { id, attributes });
}

async function discover(query: Partial<DiscoverInstancesCommandInput> = {}): Promise<string[]> {
  const { Instances = [] } = await client.send(
    new DiscoverInstancesCommand({ NamespaceName: NAMESPACE.name, ServiceName: 'catalog', ...query }),
  );
  return Instances.map(({ InstanceId = '' }) => InstanceId).sort();
}

async function revision(): Promise<number> {
  const names = { NamespaceName: NAMESPACE.name, ServiceName: 'catalog' };
  return (await client.send(new DiscoverInstancesRevisionCommand(names))).InstancesRevision!;
}

describe('discovery', () => {
  test('answers the attributes an instance was registered with', async () => {
    register('one', { AVAILABILITY_ZONE: 'eu-central-1a' });
    const found = await client.send(
      new DiscoverInstancesCommand({ NamespaceName: NAMESPACE.name, ServiceName: 'catalog' }),
    );
    expect(found.Instances).toEqual([
      {
        InstanceId: 'one',
        NamespaceName: 'fairlead.internal',
        ServiceName: 'catalog',
        HealthStatus: 'HEALTHY',
        Attributes: { AWS_INSTANCE_IPV4: '127.0.0.1', AWS_INSTANCE_PORT: '8080', AVAILABILITY_ZONE: 'eu-central-1a' },
      },
    ]);
    expect(found.InstancesRevision).toBe(await revision());
  });

  test('chooses by health', async () => {
    register('well');
    register('ill', { AWS_INIT_HEALTH_STATUS: 'UNHEALTHY' });
    expect(await discover()).toEqual(['well']);
    expect(await discover({ HealthStatus: 'UNHEALTHY' })).toEqual(['ill']);
    expect(await discover({ HealthStatus: 'ALL' })).toEqual(['ill', 'well']);
    expect(await discover({ HealthStatus: 'HEALTHY_OR_ELSE_ALL' })).toEqual(['well']);
    registry.setHealth(CATALOG.id, 'well', 'UNHEALTHY');
    expect(await discover({ HealthStatus: 'HEALTHY' })).toEqual([]);
    expect(await discover({ HealthStatus: 'HEALTHY_OR_ELSE_ALL' })).toEqual(['ill', 'well']);
  });

  test('ignores health where the service has no health check', async () => {
    registry.declareService({ ...CATALOG, healthCheckCustomConfig: undefined });
    register('one', { AWS_INIT_HEALTH_STATUS: 'UNHEALTHY' });
    expect(await discover({ HealthStatus: 'HEALTHY' })).toEqual(['one']);
    expect(registry.healthOf(CATALOG.id, 'one')).toBe('UNKNOWN');
  });

  test('keeps required parameters and prefers optional ones', async () => {
    register('a1', { version: '1', zone: 'a' });
    register('b1', { version: '1', zone: 'b' });
    register('a2', { version: '2', zone: 'a' });
    const QueryParameters = { version: '1' };
    expect(await discover({ QueryParameters })).toEqual(['a1', 'b1']);
    expect(await discover({ QueryParameters, OptionalParameters: { zone: 'a' } })).toEqual(['a1']);
    expect(await discover({ QueryParameters, OptionalParameters: { zone: 'c' } })).toEqual(['a1', 'b1']);
    expect(await discover({ MaxResults: 2 })).toHaveLength(2);
  });

  test('says which name it does not know', async () => {
    await expect(discover({ NamespaceName: 'absent' })).rejects.toThrow(NamespaceNotFound);
    await expect(discover({ ServiceName: 'absent' })).rejects.toThrow(ServiceNotFound);
    await expect(discover({ MaxResults: 0 })).rejects.toMatchObject({
      name: 'InvalidInput',
      message:
        "1 validation error detected: Value '0' at 'maxResults' failed to satisfy constraint: " +
        'Member must have value greater than or equal to 1',
      $metadata: { httpStatusCode: 400 },
    });
  });
});

describe('the revision', () => {
  test('moves when an instance comes or goes, but not with health', async () => {
    const before = await revision();
    register('one');
    const registered = await revision();
    const report = { ServiceId: CATALOG.id, InstanceId: 'one', Status: 'UNHEALTHY' as const };
    await client.send(new UpdateInstanceCustomHealthStatusCommand(report));
    expect(await revision()).toBe(registered);
    await client.send(new DeregisterInstanceCommand({ ServiceId: CATALOG.id, InstanceId: 'one' }));
    expect(registered).toBeGreaterThan(before);
    expect(await revision()).toBeGreaterThan(registered);
  });
});

describe('registration', () => {
  test('over the wire is an operation that can be asked after', async () => {
    const Attributes = { AWS_INSTANCE_IPV4: '10.0.0.1' };
    const { OperationId } = await client.send(
      new RegisterInstanceCommand({ ServiceId: CATALOG.id, InstanceId: 'one', Attributes }),
    );
    const { Operation } = await client.send(new GetOperationCommand({ OperationId }));
    expect(Operation).toMatchObject({
      Type: 'REGISTER_INSTANCE',
      Status: 'SUCCESS',
      Targets: { SERVICE: CATALOG.id, INSTANCE: 'one' },
    });
    const { Instance } = await client.send(new GetInstanceCommand({ ServiceId: CATALOG.id, InstanceId: 'one' }));
    expect(Instance).toMatchObject({ Id: 'one', Attributes });
  });

  test('of an id that is there replaces it', async () => {
    register('one', { AWS_INIT_HEALTH_STATUS: 'UNHEALTHY' });
    register('one', { zone: 'b' });
    expect(await discover({ QueryParameters: { zone: 'b' } })).toEqual(['one']);
    expect(registry.instances(CATALOG.id)).toHaveLength(1);
  });

  test.for([
    [{}, /AWS_INSTANCE_IPV4 is a required attribute/],
    [{ AWS_INSTANCE_IPV4: 'localhost' }, /'localhost' is not a valid value of attribute AWS_INSTANCE_IPV4/],
    [{ AWS_INSTANCE_IPV4: '10.0.0.1', AWS_INSTANCE_PORT: '65536' }, /not a valid value of attribute AWS_INSTANCE_PORT/],
    [{ AWS_INSTANCE_IPV4: '10.0.0.1', hasOwnProperty: 'x'.repeat(1025) }, /at most 1024/],
  ] as const)('refuses attributes %j', async ([Attributes, message]) => {
    const command = new RegisterInstanceCommand({ ServiceId: CATALOG.id, InstanceId: 'one', Attributes });
    await expect(client.send(command)).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringMatching(message),
    });
  });

  test('an absent service, instance or health check each has its error', async () => {
    const report = (ServiceId: string, InstanceId: string) =>
      client.send(new UpdateInstanceCustomHealthStatusCommand({ ServiceId, InstanceId, Status: 'HEALTHY' }));
    await expect(report('srv-absent', 'one')).rejects.toMatchObject({ name: 'ServiceNotFound' });
    await expect(report(CATALOG.id, 'one')).rejects.toMatchObject({ name: 'InstanceNotFound' });
    registry.declareService({ ...CATALOG, healthCheckCustomConfig: undefined });
    register('one');
    await expect(report(CATALOG.id, 'one')).rejects.toMatchObject({ name: 'CustomHealthNotFound' });
  });
});

test('a reported health shows after the delay, counted from the first report', () => {
  let now = 0;
  const slow = new CloudMapRegistry({ healthDelayMs: 30_000, now: () => now });
  slow.declareService(CATALOG);
  slow.register(CATALOG.id, { id: 'one', attributes: { AWS_INSTANCE_IPV4: '127.0.0.1' } });
  slow.setHealth(CATALOG.id, 'one', 'UNHEALTHY');
  now = 20_000;
  slow.setHealth(CATALOG.id, 'one', 'UNHEALTHY');
  expect(slow.healthOf(CATALOG.id, 'one')).toBe('HEALTHY');
  now = 30_000;
  expect(slow.healthOf(CATALOG.id, 'one')).toBe('UNHEALTHY');
});

describe('the catalogue', () => {
  test('lists and describes what the graph declares', async () => {
    const filter = { Name: 'NAME' as const, Values: ['fairlead.'], Condition: 'BEGINS_WITH' as const };
    const { Namespaces } = await client.send(new ListNamespacesCommand({ Filters: [filter] }));
    expect(Namespaces).toMatchObject([{ Id: NAMESPACE.id, Type: 'DNS_PRIVATE', ServiceCount: 1 }]);
    const { Namespace } = await client.send(new GetNamespaceCommand({ Id: NAMESPACE.arn }));
    expect(Namespace?.Properties?.HttpProperties?.HttpName).toBe('fairlead.internal');
    const byNamespace = { Name: 'NAMESPACE_ID' as const, Values: [NAMESPACE.id] };
    const { Services } = await client.send(new ListServicesCommand({ Filters: [byNamespace] }));
    expect(Services).toMatchObject([{ Id: CATALOG.id, Name: 'catalog', InstanceCount: 0 }]);
    const { Service } = await client.send(new GetServiceCommand({ Id: CATALOG.id }));
    expect(Service?.DnsConfig?.DnsRecords).toEqual([{ Type: 'A', TTL: 10 }]);
    expect(Service?.CreateDate).toBeInstanceOf(Date);
  });

  test('pages through instances and their health', async () => {
    for (const id of ['a', 'b', 'c', 'd', 'e']) register(id);
    const pages = await Array.fromAsync(paginateListInstances({ client, pageSize: 2 }, { ServiceId: CATALOG.id }));
    expect(pages.map(({ Instances }) => Instances?.map(({ Id }) => Id))).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    const { Status } = await client.send(
      new GetInstancesHealthStatusCommand({ ServiceId: CATALOG.id, Instances: ['a', 'e'] }),
    );
    expect(Status).toEqual({ a: 'HEALTHY', e: 'HEALTHY' });
    const wrong = new ListInstancesCommand({ ServiceId: CATALOG.id, NextToken: 'not-ours' });
    await expect(client.send(wrong)).rejects.toMatchObject({ name: 'InvalidInput' });
  });
});
