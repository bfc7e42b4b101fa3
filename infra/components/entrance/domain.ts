import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';

/** A host name in a public hosted zone of Route 53. */
export interface Domain {
  name: string;
  hostedZoneId: string;
}

interface AliasArgs {
  domain: Domain;
  loadBalancer: aws.lb.LoadBalancer;
}

/** Points the domain at the load balancer. */
export function createAlias(parent: pulumi.Resource, name: string, { domain, loadBalancer }: AliasArgs): void {
  new aws.route53.Record(
    name,
    {
      zoneId: domain.hostedZoneId,
      name: domain.name,
      type: 'A',
      aliases: [{ name: loadBalancer.dnsName, zoneId: loadBalancer.zoneId, evaluateTargetHealth: true }],
    },
    { parent },
  );
}

/** A certificate for the domain, proven by a DNS record, so that AWS renews it; gives its ARN once it is issued. */
export function createCertificate(parent: pulumi.Resource, name: string, domain: Domain): pulumi.Output<string> {
  const certificate = new aws.acm.Certificate(
    name,
    { domainName: domain.name, validationMethod: 'DNS', keyAlgorithm: 'EC_prime256v1' },
    { parent },
  );
  const proof = certificate.domainValidationOptions.apply(([option]) => {
    if (!option) throw new Error(`ACM asked for no proof that ${domain.name} is ours`);
    return option;
  });
  const record = new aws.route53.Record(
    `${name}-validation`,
    {
      zoneId: domain.hostedZoneId,
      name: proof.resourceRecordName,
      type: proof.resourceRecordType.apply((type) => type as aws.route53.RecordType),
      records: [proof.resourceRecordValue],
      ttl: 300,
    },
    { parent },
  );
  const validation = new aws.acm.CertificateValidation(
    name,
    { certificateArn: certificate.arn, validationRecordFqdns: [record.fqdn] },
    { parent },
  );
  return validation.certificateArn;
}
