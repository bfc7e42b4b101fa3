import { isIPv4, isIPv6 } from 'node:net';
import { AwsError } from '../protocol/aws-error.ts';
import type { DnsRecord, ServiceDeclaration } from './declarations.ts';

const NEEDED: Record<DnsRecord['type'], string> = {
  A: 'AWS_INSTANCE_IPV4',
  AAAA: 'AWS_INSTANCE_IPV6',
  CNAME: 'AWS_INSTANCE_CNAME',
  SRV: 'AWS_INSTANCE_PORT',
};

const RULES = new Map<string, (value: string) => boolean>([
  ['AWS_INSTANCE_IPV4', isIPv4],
  ['AWS_INSTANCE_IPV6', isIPv6],
  ['AWS_INSTANCE_PORT', (value) => /^\d{1,5}$/.test(value) && Number(value) <= 65_535],
  ['AWS_INIT_HEALTH_STATUS', (value) => value === 'HEALTHY' || value === 'UNHEALTHY'],
]);

const MAX_CUSTOM_ATTRIBUTES = 30;

/** @throws {AwsError} InvalidInput where the service can't register an instance with these attributes. */
export function checkAttributes(service: ServiceDeclaration, attributes: Readonly<Record<string, string>>): void {
  for (const { type } of service.dnsConfig?.dnsRecords ?? []) {
    // An alias to a load balancer stands for the addresses.
    if (NEEDED[type] in attributes || 'AWS_ALIAS_DNS_NAME' in attributes) continue;
    throw invalid(`${NEEDED[type]} is a required attribute: service ${service.id} has ${type} records`);
  }
  for (const [key, value] of Object.entries(attributes)) checkAttribute(key, value);
  const custom = Object.keys(attributes).filter((key) => !key.startsWith('AWS_'));
  if (custom.length > MAX_CUSTOM_ATTRIBUTES) {
    throw invalid(`${custom.length} custom attributes given; an instance can have ${MAX_CUSTOM_ATTRIBUTES}`);
  }
}

function checkAttribute(key: string, value: string): void {
  if (key.length === 0 || key.length > 255)
    throw invalid(`an attribute key has 1 to 255 characters, not ${key.length}`);
  if (value.length > 1024)
    throw invalid(`the value of ${key} has ${value.length} characters; at most 1024 are allowed`);
  if (RULES.get(key)?.(value) === false) throw invalid(`'${value}' is not a valid value of attribute ${key}`);
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidInput', message);
}
