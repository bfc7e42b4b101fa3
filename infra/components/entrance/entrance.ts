import { times } from '@fairlead/manifest';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Network } from '../network/network.ts';
import { createAlias, createCertificate, type Domain } from './domain.ts';
import { createHttpListener, createHttpsListener } from './listeners.ts';

export interface EntranceArgs {
  network: Network;
  /**
   * The name under which the platform is served, over HTTPS; port 80 then only redirects.
   * @default plain HTTP under the load balancer's own name, for which no certificate can be had
   */
  domain?: Domain | undefined;
  deletionProtection: boolean;
}

/** The public load balancer. Services add their routes to its listener; what none of them serves is a 404. */
export class Entrance extends pulumi.ComponentResource {
  readonly url: pulumi.Output<string>;
  readonly listenerArn: pulumi.Output<string>;
  readonly securityGroupId: pulumi.Output<string>;

  constructor(name: string, args: EntranceArgs, opts: pulumi.ComponentResourceOptions) {
    super('fairlead:entrance:Entrance', name, {}, opts);
    const securityGroup = createSecurityGroup(this, name, args);
    const loadBalancer = createLoadBalancer(this, name, { ...args, securityGroupId: securityGroup.id });
    const { listener, url } = args.domain
      ? createHttpsEntrance(this, name, { loadBalancer, domain: args.domain })
      : createHttpEntrance(this, name, loadBalancer);

    this.url = url;
    this.listenerArn = listener.arn;
    this.securityGroupId = securityGroup.id;
    this.registerOutputs({ url: this.url });
  }
}

function createSecurityGroup(parent: pulumi.Resource, name: string, { network, domain }: EntranceArgs) {
  const { vpcId } = network;
  const securityGroup = new aws.ec2.SecurityGroup(name, { vpcId, description: 'Public load balancer' }, { parent });
  for (const port of domain ? [80, 443] : [80]) {
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-${port}`,
      {
        securityGroupId: securityGroup.id,
        cidrIpv4: '0.0.0.0/0',
        ipProtocol: 'tcp',
        fromPort: port,
        toPort: port,
        description: 'The public',
      },
      { parent },
    );
  }
  return securityGroup;
}

type LoadBalancerArgs = EntranceArgs & { securityGroupId: pulumi.Output<string> };

function createLoadBalancer(parent: pulumi.Resource, name: string, args: LoadBalancerArgs): aws.lb.LoadBalancer {
  return new aws.lb.LoadBalancer(
    name,
    {
      loadBalancerType: 'application',
      subnets: args.network.publicSubnetIds,
      securityGroups: [args.securityGroupId],
      idleTimeout: times.loadBalancer.idleTimeoutSeconds,
      dropInvalidHeaderFields: true,
      desyncMitigationMode: 'defensive',
      enableDeletionProtection: args.deletionProtection,
    },
    // AWS refuses a public load balancer in a VPC that has no internet gateway yet.
    { parent, protect: args.deletionProtection, dependsOn: [args.network] },
  );
}

function createHttpEntrance(parent: pulumi.Resource, name: string, loadBalancer: aws.lb.LoadBalancer) {
  const listener = createHttpListener(parent, name, { loadBalancerArn: loadBalancer.arn, redirect: false });
  return { listener, url: pulumi.interpolate`http://${loadBalancer.dnsName}` };
}

interface HttpsEntranceArgs {
  loadBalancer: aws.lb.LoadBalancer;
  domain: Domain;
}

function createHttpsEntrance(parent: pulumi.Resource, name: string, { loadBalancer, domain }: HttpsEntranceArgs) {
  createHttpListener(parent, name, { loadBalancerArn: loadBalancer.arn, redirect: true });
  createAlias(parent, name, { domain, loadBalancer });
  const certificateArn = createCertificate(parent, name, domain);
  const listener = createHttpsListener(parent, name, { loadBalancerArn: loadBalancer.arn, certificateArn });
  return { listener, url: pulumi.output(`https://${domain.name}`) };
}
