import type { ServiceDeclaration } from '@fairlead/manifest';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Cluster } from '../cluster/cluster.ts';
import type { ServiceDatabase } from '../database/service-database.ts';
import { trustInAccount } from '../iam/trust.ts';
import type { Registry } from '../registry/registry.ts';
import type { Secrets } from './fargate-service.ts';

interface RolesArgs {
  declaration: ServiceDeclaration;
  registry: Registry;
  cluster: Cluster;
  database?: ServiceDatabase | undefined;
  logGroup: aws.cloudwatch.LogGroup;
  secrets: Secrets;
}

export interface Roles {
  /** What ECS may do to start a task. */
  executionRoleArn: pulumi.Output<string>;
  /** What the service's own code may do. */
  taskRoleArn: pulumi.Output<string>;
  /** Until these are in place a task is refused what its roles promise. */
  policies: pulumi.Resource[];
}

/** Makes the two roles of a service's tasks, from what it declares. */
export function createRoles(parent: pulumi.Resource, name: string, args: RolesArgs): Roles {
  const assumeRolePolicy = trustInAccount('ecs-tasks.amazonaws.com', { parent });
  const executionRole = new aws.iam.Role(`${name}-execution`, { assumeRolePolicy }, { parent });
  const taskRole = new aws.iam.Role(`${name}-task`, { assumeRolePolicy }, { parent });

  const policies = [
    ...grant(`${name}-execution`, executionRole, executionStatements(args)),
    ...grant(`${name}-task`, taskRole, [...secretStatements(args.secrets), ...discoveryStatements(args)]),
  ];
  return { executionRoleArn: executionRole.arn, taskRoleArn: taskRole.arn, policies };
}

interface Statement {
  Sid?: string;
  Action: string | string[];
  Resource: pulumi.Input<string> | pulumi.Input<string>[];
  Condition?: object;
}

function grant(name: string, role: aws.iam.Role, statements: Statement[]): pulumi.Resource[] {
  if (statements.length === 0) return [];
  const Statement = statements.map((statement) => ({ Effect: 'Allow', ...statement }));
  const policy = pulumi.jsonStringify({ Version: '2012-10-17', Statement });
  return [new aws.iam.RolePolicy(name, { role: role.id, policy }, { parent: role })];
}

function executionStatements({ registry, logGroup, database }: RolesArgs): Statement[] {
  return [
    // A token to sign in to ECR is not given for one repository.
    { Sid: 'SignInToEcr', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
    {
      Action: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      Resource: registry.repositoryArn,
    },
    { Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: pulumi.interpolate`${logGroup.arn}:*` },
    ...(database ? [{ Action: 'secretsmanager:GetSecretValue', Resource: database.secretArn }] : []),
  ];
}

function secretStatements(secrets: Secrets): Statement[] {
  if (secrets.size === 0) return [];
  const arns = [...secrets.values()].map(({ arn }) => arn);
  return [{ Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'], Resource: arns }];
}

function discoveryStatements({ declaration, cluster }: RolesArgs): Statement[] {
  if (!declaration.calls?.length) return [];
  return [
    {
      // Cloud Map limits who may be discovered by name, not by resource.
      Sid: 'DiscoverCalledServices',
      Action: ['servicediscovery:DiscoverInstances', 'servicediscovery:DiscoverInstancesRevision'],
      Resource: '*',
      Condition: {
        StringEquals: {
          'servicediscovery:NamespaceName': cluster.namespaceName,
          'servicediscovery:ServiceName': declaration.calls,
        },
      },
    },
  ];
}
