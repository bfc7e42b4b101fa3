import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';

export interface FlowArgs {
  /** The security group that opens connections. */
  from: pulumi.Input<string>;
  /** The security group that accepts them. */
  to: pulumi.Input<string>;
  port: pulumi.Input<number>;
  description: string;
}

/** Lets one security group connect to a TCP port of another, and gives the two rules: out of the first, into the second. */
export function allowFlow(name: string, args: FlowArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource[] {
  const rule = { ipProtocol: 'tcp', fromPort: args.port, toPort: args.port, description: args.description };
  const egress = new aws.vpc.SecurityGroupEgressRule(
    name,
    { ...rule, securityGroupId: args.from, referencedSecurityGroupId: args.to },
    opts,
  );
  const ingress = new aws.vpc.SecurityGroupIngressRule(
    name,
    { ...rule, securityGroupId: args.to, referencedSecurityGroupId: args.from },
    opts,
  );
  return [egress, ingress];
}
