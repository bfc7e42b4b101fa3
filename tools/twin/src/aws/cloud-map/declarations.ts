/** A namespace of the resource graph, in AWS's words. */
export interface NamespaceDeclaration {
  id: string;
  arn: string;
  name: string;
  type: 'DNS_PRIVATE' | 'DNS_PUBLIC' | 'HTTP';
  description?: string | undefined;
  hostedZoneId?: string | undefined;
}

/** A record that DNS would answer for each instance. */
export interface DnsRecord {
  type: 'A' | 'AAAA' | 'CNAME' | 'SRV';
  /** Seconds that a resolver may keep the answer. */
  ttl: number;
}

/** A service of the resource graph, in AWS's words. */
export interface ServiceDeclaration {
  id: string;
  arn: string;
  name: string;
  namespaceId: string;
  description?: string | undefined;
  dnsConfig?: { dnsRecords: DnsRecord[]; routingPolicy?: 'MULTIVALUE' | 'WEIGHTED' | undefined } | undefined;
  /** Present where whoever registers instances also reports their health, as ECS does. */
  healthCheckCustomConfig?: { failureThreshold?: number | undefined } | undefined;
}

/** What a custom health check can say. */
export type CustomHealth = 'HEALTHY' | 'UNHEALTHY';

/** What Cloud Map says of an instance; UNKNOWN where its service has no health check. */
export type Health = CustomHealth | 'UNKNOWN';
