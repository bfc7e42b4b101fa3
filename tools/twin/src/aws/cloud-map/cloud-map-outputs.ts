import type { CloudMapRegistry, FinishedOperation } from './cloud-map-registry.ts';
import type { NamespaceDeclaration, ServiceDeclaration } from './declarations.ts';

/** The account in an ARN. */
export function ownerOf({ arn }: { arn: string }): string {
  return arn.split(':')[4] ?? '';
}

/** What GetNamespace and ListNamespaces answer. */
export function namespaceOutput(registry: CloudMapRegistry, namespace: NamespaceDeclaration): object {
  const services = registry.services().filter(({ namespaceId }) => namespaceId === namespace.id);
  const { hostedZoneId, description } = namespace;
  return {
    Id: namespace.id,
    Arn: namespace.arn,
    ResourceOwner: ownerOf(namespace),
    Name: namespace.name,
    Type: namespace.type,
    ...(description && { Description: description }),
    ServiceCount: services.length,
    Properties: {
      ...(namespace.type !== 'HTTP' && { DnsProperties: { HostedZoneId: hostedZoneId, SOA: { TTL: 15 } } }),
      HttpProperties: { HttpName: namespace.name },
    },
    CreateDate: registry.createdAt / 1000,
  };
}

/** What GetService and ListServices answer. */
export function serviceOutput(registry: CloudMapRegistry, service: ServiceDeclaration): object {
  const { description, dnsConfig, healthCheckCustomConfig } = service;
  return {
    Id: service.id,
    Arn: service.arn,
    ResourceOwner: ownerOf(service),
    Name: service.name,
    NamespaceId: service.namespaceId,
    Type: dnsConfig ? 'DNS_HTTP' : 'HTTP',
    ...(description && { Description: description }),
    InstanceCount: registry.instances(service.id).length,
    ...(dnsConfig && {
      DnsConfig: {
        NamespaceId: service.namespaceId,
        RoutingPolicy: dnsConfig.routingPolicy ?? 'MULTIVALUE',
        DnsRecords: dnsConfig.dnsRecords.map(({ type, ttl }) => ({ Type: type, TTL: ttl })),
      },
    }),
    ...(healthCheckCustomConfig && { HealthCheckCustomConfig: { FailureThreshold: 1 } }),
    CreateDate: registry.createdAt / 1000,
  };
}

/** What GetOperation answers. */
export function operationOutput({ id, type, serviceId, instanceId, finishedAt }: FinishedOperation): object {
  return {
    Id: id,
    Type: type,
    Status: 'SUCCESS',
    CreateDate: finishedAt / 1000,
    UpdateDate: finishedAt / 1000,
    Targets: { SERVICE: serviceId, INSTANCE: instanceId },
  };
}
