import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { HttpsDestination } from './network.ts';

/** What a task needs to start and run: its image, its secrets, its logs, and where the services that it calls are. */
const INTERFACE_ENDPOINTS = ['ecr.api', 'ecr.dkr', 'secretsmanager', 'logs', 'data-servicediscovery'];

interface GatewayEndpointArgs {
  vpcId: pulumi.Output<string>;
  routeTables: aws.ec2.RouteTable[];
}

interface InterfaceEndpointsArgs {
  vpc: aws.ec2.Vpc;
  subnets: aws.ec2.Subnet[];
  gatewayEndpoint: aws.ec2.VpcEndpoint;
}

/** A free way to S3, where ECR keeps the layers of images, past the NAT gateways. */
export function createGatewayEndpoint(
  parent: pulumi.Resource,
  name: string,
  { vpcId, routeTables }: GatewayEndpointArgs,
): aws.ec2.VpcEndpoint {
  return new aws.ec2.VpcEndpoint(
    `${name}-s3`,
    {
      vpcId,
      serviceName: endpointService(parent, 's3'),
      vpcEndpointType: 'Gateway',
      routeTableIds: routeTables.map(({ id }) => id),
    },
    { parent },
  );
}

/** Brings the AWS services that tasks need into the private subnets. */
export function createInterfaceEndpoints(
  parent: pulumi.Resource,
  name: string,
  { vpc, subnets, gatewayEndpoint }: InterfaceEndpointsArgs,
): HttpsDestination[] {
  const securityGroup = createEndpointSecurityGroup(parent, `${name}-endpoints`, vpc);
  for (const service of INTERFACE_ENDPOINTS) {
    new aws.ec2.VpcEndpoint(
      `${name}-${service.replace('.', '-')}`,
      {
        vpcId: vpc.id,
        serviceName: endpointService(parent, service),
        vpcEndpointType: 'Interface',
        privateDnsEnabled: true,
        subnetIds: subnets.map(({ id }) => id),
        securityGroupIds: [securityGroup.id],
      },
      { parent },
    );
  }
  return [
    { name: 'endpoints', referencedSecurityGroupId: securityGroup.id, description: 'HTTPS to AWS APIs' },
    { name: 's3', prefixListId: gatewayEndpoint.prefixListId, description: 'HTTPS to image layers in S3' },
  ];
}

function createEndpointSecurityGroup(parent: pulumi.Resource, name: string, vpc: aws.ec2.Vpc) {
  const description = 'Interface endpoints of AWS services';
  const securityGroup = new aws.ec2.SecurityGroup(name, { vpcId: vpc.id, description }, { parent });
  new aws.vpc.SecurityGroupIngressRule(
    name,
    {
      securityGroupId: securityGroup.id,
      cidrIpv4: vpc.cidrBlock,
      ipProtocol: 'tcp',
      fromPort: 443,
      toPort: 443,
      description: 'HTTPS from the VPC',
    },
    { parent },
  );
  return securityGroup;
}

function endpointService(parent: pulumi.Resource, service: string): pulumi.Output<string> {
  return pulumi.interpolate`com.amazonaws.${aws.getRegionOutput({}, { parent }).region}.${service}`;
}
