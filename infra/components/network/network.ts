import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { createGatewayEndpoint, createInterfaceEndpoints } from './endpoints.ts';
import { createFlowLogs } from './flow-logs.ts';
import { createNatGateways } from './nat-gateways.ts';
import { cutSubnetBlocks } from './subnet-blocks.ts';

export interface NetworkArgs {
  /** The addresses of the VPC, a /16 block. */
  cidrBlock: string;
  /** In how many zones the subnets lie. */
  availabilityZones: number;
  /**
   * How private subnets reach the internet: not at all, through one gateway (cheap, and lost with its zone), or
   * through one in each zone. Without any, interface endpoints stand in for the AWS services that tasks need.
   */
  natGateways: 'none' | 'single' | 'per-zone';
  /** How long CloudWatch keeps the flow logs. */
  logRetentionInDays: number;
}

/** Where HTTPS may go from private subnets: every address behind a NAT gateway, or the endpoints of AWS services. */
export type HttpsDestination = Pick<
  aws.vpc.SecurityGroupEgressRuleArgs,
  'cidrIpv4' | 'referencedSecurityGroupId' | 'prefixListId'
> & { name: string; description: string };

/** A VPC with public subnets for the load balancer and private ones for everything else. */
export class Network extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  readonly publicSubnetIds: pulumi.Output<string>[];
  readonly privateSubnetIds: pulumi.Output<string>[];
  readonly httpsDestinations: HttpsDestination[];

  constructor(name: string, args: NetworkArgs, opts: pulumi.ComponentResourceOptions) {
    super('fairlead:network:Network', name, {}, opts);
    const vpc = createVpc(this, name, args.cidrBlock);
    const zones = findZones(this, args.availabilityZones);
    const blocks = cutSubnetBlocks(args.cidrBlock, args.availabilityZones);

    const publicSubnets = createSubnets(this, `${name}-public`, { vpcId: vpc.id, zones, blocks: blocks.public });
    const privateSubnets = createSubnets(this, `${name}-private`, { vpcId: vpc.id, zones, blocks: blocks.private });
    const internetGateway = createInternetGateway(this, name, { vpcId: vpc.id, subnets: publicSubnets });
    const privateRouteTables = createRouteTables(this, `${name}-private`, { vpcId: vpc.id, subnets: privateSubnets });
    createFlowLogs(this, name, { vpcId: vpc.id, retentionInDays: args.logRetentionInDays });
    const gatewayEndpoint = createGatewayEndpoint(this, name, { vpcId: vpc.id, routeTables: privateRouteTables });

    this.httpsDestinations =
      args.natGateways === 'none'
        ? createInterfaceEndpoints(this, name, { vpc, subnets: privateSubnets, gatewayEndpoint })
        : createNatGateways(this, name, {
            subnets: args.natGateways === 'single' ? publicSubnets.slice(0, 1) : publicSubnets,
            routeTables: privateRouteTables,
            internetGateway,
          });
    this.vpcId = vpc.id;
    this.publicSubnetIds = publicSubnets.map(({ id }) => id);
    this.privateSubnetIds = privateSubnets.map(({ id }) => id);
    this.registerOutputs({ vpcId: this.vpcId });
  }
}

function findZones(parent: pulumi.Resource, count: number): pulumi.Output<string>[] {
  const available = aws.getAvailabilityZonesOutput(
    { state: 'available', filters: [{ name: 'opt-in-status', values: ['opt-in-not-required'] }] },
    { parent },
  );
  return Array.from({ length: count }, (_, index) =>
    available.names.apply((names) => {
      const zone = names[index];
      if (zone === undefined) {
        throw new Error(`fairlead:network.availabilityZones: the region has ${names.length} (given: ${count})`);
      }
      return zone;
    }),
  );
}

function createVpc(parent: pulumi.Resource, name: string, cidrBlock: string): aws.ec2.Vpc {
  const vpc = new aws.ec2.Vpc(name, { cidrBlock, enableDnsSupport: true, enableDnsHostnames: true }, { parent });
  // AWS makes this group with every VPC and puts into it what names no group of its own: without rules it lets nothing pass.
  new aws.ec2.DefaultSecurityGroup(name, { vpcId: vpc.id, ingress: [], egress: [] }, { parent });
  return vpc;
}

interface SubnetsArgs {
  vpcId: pulumi.Output<string>;
  zones: pulumi.Output<string>[];
  blocks: string[];
}

function createSubnets(parent: pulumi.Resource, name: string, { vpcId, zones, blocks }: SubnetsArgs) {
  return zones.map((availabilityZone, index) => {
    const cidrBlock = blocks[index];
    return new aws.ec2.Subnet(
      `${name}-${index + 1}`,
      { vpcId, availabilityZone, ...(cidrBlock !== undefined && { cidrBlock }), mapPublicIpOnLaunch: false },
      { parent },
    );
  });
}

interface RouteTablesArgs {
  vpcId: pulumi.Output<string>;
  subnets: aws.ec2.Subnet[];
}

function createRouteTables(parent: pulumi.Resource, name: string, { vpcId, subnets }: RouteTablesArgs) {
  return subnets.map((subnet, index) => {
    const routeTable = new aws.ec2.RouteTable(`${name}-${index + 1}`, { vpcId }, { parent });
    new aws.ec2.RouteTableAssociation(
      `${name}-${index + 1}`,
      { subnetId: subnet.id, routeTableId: routeTable.id },
      { parent },
    );
    return routeTable;
  });
}

function createInternetGateway(parent: pulumi.Resource, name: string, args: RouteTablesArgs): aws.ec2.InternetGateway {
  const gateway = new aws.ec2.InternetGateway(name, { vpcId: args.vpcId }, { parent });
  createRouteTables(parent, `${name}-public`, args).forEach((routeTable, index) => {
    new aws.ec2.Route(
      `${name}-public-${index + 1}`,
      { routeTableId: routeTable.id, destinationCidrBlock: '0.0.0.0/0', gatewayId: gateway.id },
      { parent },
    );
  });
  return gateway;
}
