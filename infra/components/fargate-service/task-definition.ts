import type { ServiceDeclaration } from '@fairlead/manifest';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { ServiceDatabase } from '../database/service-database.ts';
import type { Registry } from '../registry/registry.ts';
import { migrateContainer, serviceContainer } from './containers.ts';
import { environmentOf, secretsOf } from './environment.ts';
import type { Secrets } from './fargate-service.ts';
import type { Roles } from './roles.ts';

export interface TaskDefinitionArgs {
  declaration: ServiceDeclaration;
  registry: Registry;
  imageDigest: string;
  database?: ServiceDatabase | undefined;
  logGroup: aws.cloudwatch.LogGroup;
  secrets: Secrets;
  roles: Roles;
}

/** What one task of the service is: with a database, its migrations run before it. */
export function createTaskDefinition(parent: pulumi.Resource, name: string, args: TaskDefinitionArgs) {
  const common = {
    image: pulumi.interpolate`${args.registry.repositoryUrl}@${args.imageDigest}`,
    environment: environmentOf(args),
    secrets: secretsOf(args.database),
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
