import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import type { HttpsDestination } from './network.ts';

interface NatGatewaysArgs {
  /** The public subnets that get a gateway each. */
  subnets: aws.ec2.Subnet[];
  /** Of the private subnets; those beyond the number of gateways share the first. */
  routeTables: aws.ec2.RouteTable[];
  internetGateway: aws.ec2.InternetGateway;
}

/** Lets private subnets open connections to the internet. */
export function createNatGateways(parent: pulumi.Resource, name: string, args: NatGatewaysArgs): HttpsDestination[] {
  const gateways = args.subnets.map((subnet, index) =>
    createNatGateway(`${name}-${index + 1}`, subnet, { parent, dependsOn: [args.internetGateway] }),
  );
  args.routeTables.forEach((routeTable, index) => {
    const gateway = gateways[index] ?? gateways[0];
    new aws.ec2.Route(
      `${name}-private-${index + 1}`,
      { routeTableId: routeTable.id, destinationCidrBlock: '0.0.0.0/0', ...(gateway && { natGatewayId: gateway.id }) },
      { parent },
    );
  });
  // The addresses of AWS's APIs and of payment providers change: HTTPS is the narrowest rule that holds.
  return [{ name: 'internet', cidrIpv4: '0.0.0.0/0', description: 'HTTPS to AWS APIs and third parties' }];
}

function createNatGateway(name: string, subnet: aws.ec2.Subnet, opts: pulumi.CustomResourceOptions) {
  const address = new aws.ec2.Eip(name, { domain: 'vpc' }, opts);
  return new aws.ec2.NatGateway(name, { subnetId: subnet.id, allocationId: address.id }, opts);
}
