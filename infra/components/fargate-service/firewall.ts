import { CONTAINER_PORT, type ServiceDeclaration } from '@fairlead/manifest';
import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import type { ServiceDatabase } from '../database/service-database.ts';
import type { Entrance } from '../entrance/entrance.ts';
import { allowFlow } from '../firewall/allow-flow.ts';
import { allowHttps } from '../firewall/allow-https.ts';
import type { Network } from '../network/network.ts';

interface FirewallArgs {
  declaration: ServiceDeclaration;
  network: Network;
  entrance: Entrance;
  database?: ServiceDatabase | undefined;
}

export interface Firewall {
  securityGroup: aws.ec2.SecurityGroup;
  /** Without these a task cannot even fetch its image. */
  rules: pulumi.Resource[];
}

/** Opens the ways in and out of a service's tasks; the ways between services are {@link ServiceCall}s. */
export function createFirewall(parent: pulumi.Resource, name: string, args: FirewallArgs): Firewall {
  const { vpcId, httpsDestinations } = args.network;
  const securityGroup = new aws.ec2.SecurityGroup(name, { vpcId, description: `Tasks of ${name}` }, { parent });
  const rules = [
    ...allowHttps(name, { from: securityGroup.id, destinations: httpsDestinations }, { parent }),
    ...allowEntrance(parent, name, { ...args, securityGroup }),
    ...allowDatabase(parent, name, { ...args, securityGroup }),
  ];
  return { securityGroup, rules };
}

type FlowArgs = FirewallArgs & { securityGroup: aws.ec2.SecurityGroup };

function allowEntrance(parent: pulumi.Resource, name: string, { declaration, entrance, securityGroup }: FlowArgs) {
  if (declaration.route === undefined) return [];
  const description = `Requests to ${name} from the load balancer`;
  const flow = { from: entrance.securityGroupId, to: securityGroup.id, port: CONTAINER_PORT, description };
  return allowFlow(`${name}-entrance`, flow, { parent });
}

function allowDatabase(parent: pulumi.Resource, name: string, { database, securityGroup }: FlowArgs) {
  if (!database) return [];
  const { securityGroupId, port } = database.server;
  const flow = { from: securityGroup.id, to: securityGroupId, port, description: `Postgres from ${name}` };
  return allowFlow(`${name}-database`, flow, { parent });
}
