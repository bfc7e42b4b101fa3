import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import type { HttpsDestination } from '../network/network.ts';

export interface HttpsArgs {
  /** The security group that opens connections. */
  from: pulumi.Input<string>;
  destinations: HttpsDestination[];
}

/** Lets a security group reach the AWS APIs, and the internet where the network has a way there; gives the rules. */
export function allowHttps(name: string, args: HttpsArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource[] {
  return args.destinations.map(
    ({ name: destination, ...rule }) =>
      new aws.vpc.SecurityGroupEgressRule(
        `${name}-${destination}`,
        { ...rule, securityGroupId: args.from, ipProtocol: 'tcp', fromPort: 443, toPort: 443 },
        opts,
      ),
  );
}
