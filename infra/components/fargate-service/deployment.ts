import { CONTAINER_PORT, times, type ServiceDeclaration } from '@fairlead/manifest';
import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import type { Cluster } from '../cluster/cluster.ts';
import type { ServiceDatabase } from '../database/service-database.ts';
import type { Network } from '../network/network.ts';
import type { CallKeys } from '../secrets/call-keys.ts';
import type { ServiceSecrets } from '../secrets/service-secrets.ts';
import type { Firewall } from './firewall.ts';
import type { Roles } from './roles.ts';
import type { Route } from './route.ts';
import { isScaled } from './scaling.ts';

interface DeploymentArgs {
  declaration: ServiceDeclaration;
  network: Network;
  cluster: Cluster;
  database?: ServiceDatabase | undefined;
  secrets: ServiceSecrets;
  callKeys: CallKeys;
  roles: Roles;
  firewall: Firewall;
  taskDefinition: aws.ecs.TaskDefinition;
  route: Route | undefined;
  discoveryEntry: aws.servicediscovery.Service;
}

/** Keeps the declared number of tasks running, and replaces them without a gap when the task definition changes. */
export function createDeployment(parent: pulumi.Resource, name: string, args: DeploymentArgs): aws.ecs.Service {
  const { scaling } = args.declaration;
  return new aws.ecs.Service(
    name,
    {
      cluster: args.cluster.arn,
      taskDefinition: args.taskDefinition.arn,
      desiredCount: scaling.min,
      capacityProviderStrategies: [{ capacityProvider: 'FARGATE', base: 1, weight: 1 }],
      availabilityZoneRebalancing: 'ENABLED',
      networkConfiguration: {
        subnets: args.network.privateSubnetIds,
        securityGroups: [args.firewall.securityGroup.id],
        assignPublicIp: false,
      },
      ...loadBalancing(name, args.route),
      serviceRegistries: { registryArn: args.discoveryEntry.arn, containerName: name, containerPort: CONTAINER_PORT },
      ...ROLLING_UPDATE,
      enableExecuteCommand: false,
      enableEcsManagedTags: true,
      propagateTags: 'SERVICE',
    },
    {
      parent,
      dependsOn: whatTasksNeed(args),
      // The number of tasks belongs to autoscaling once it runs: an update would set it back.
      ignoreChanges: isScaled(scaling) ? ['desiredCount'] : [],
      customTimeouts: { create: '15m', update: '15m', delete: '15m' },
    },
  );
}

/** What no property of the service refers to, and without which its first tasks would fail. */
function whatTasksNeed(args: DeploymentArgs): pulumi.Resource[] {
  const { network, cluster, database, secrets, callKeys, roles, firewall, route } = args;
  const keys = [...callKeys.toCallees.values(), ...callKeys.fromCallers.values()];
  const needs = [
    network,
    cluster,
    database,
    secrets,
    ...keys,
    route?.listenerRule,
    ...roles.policies,
    ...firewall.rules,
  ];
  return needs.filter((resource) => resource !== undefined);
}

const ROLLING_UPDATE = {
  deploymentMinimumHealthyPercent: 100,
  deploymentMaximumPercent: 200,
  deploymentCircuitBreaker: { enable: true, rollback: true },
  waitForSteadyState: true,
};

function loadBalancing(name: string, route: Route | undefined) {
  if (!route) return {};
  return {
    loadBalancers: [{ targetGroupArn: route.targetGroup.arn, containerName: name, containerPort: CONTAINER_PORT }],
    healthCheckGracePeriodSeconds: times.containerHealthCheck.startPeriodSeconds,
  };
}
