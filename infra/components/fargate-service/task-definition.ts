import type { ServiceDeclaration } from '@fairlead/manifest';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Cluster } from '../cluster/cluster.ts';
import type { ServiceDatabase } from '../database/service-database.ts';
import type { Registry } from '../registry/registry.ts';
import type { CallKeys } from '../secrets/call-keys.ts';
import type { ServiceSecrets } from '../secrets/service-secrets.ts';
import { migrateContainer, serviceContainer } from './containers.ts';
import { environmentOf } from './environment.ts';
import type { Roles } from './roles.ts';
import type { Tracing } from './tracing.ts';

export interface TaskDefinitionArgs {
  declaration: ServiceDeclaration;
  registry: Registry;
  imageDigest: string;
  cluster: Cluster;
  database?: ServiceDatabase | undefined;
  logGroup: aws.cloudwatch.LogGroup;
  secrets: ServiceSecrets;
  callKeys: CallKeys;
  tracing: Tracing;
  roles: Roles;
}

/** What one task of the service is: with a database, its migrations run before it. */
export function createTaskDefinition(parent: pulumi.Resource, name: string, args: TaskDefinitionArgs) {
  const common = {
    image: pulumi.interpolate`${args.registry.repositoryUrl}@${args.imageDigest}`,
    environment: environmentOf(args),
    logGroupName: args.logGroup.name,
    region: aws.getRegionOutput({}, { parent }).region,
  };
  const containers = args.database
    ? [migrateContainer(common), serviceContainer(name, common, 'after-migrate')]
    : [serviceContainer(name, common, 'at-once')];
  return new aws.ecs.TaskDefinition(
    name,
    {
      family: `fairlead-${pulumi.getStack()}-${name}`,
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      runtimePlatform: { operatingSystemFamily: 'LINUX', cpuArchitecture: 'ARM64' },
      cpu: String(args.declaration.size.cpu),
      memory: String(args.declaration.size.memoryMiB),
      executionRoleArn: args.roles.executionRoleArn,
      taskRoleArn: args.roles.taskRoleArn,
      containerDefinitions: pulumi.jsonStringify(containers),
    },
    { parent },
  );
}
