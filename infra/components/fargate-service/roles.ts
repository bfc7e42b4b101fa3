import type { ServiceDeclaration } from '@fairlead/manifest';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Cluster } from '../cluster/cluster.ts';
import type { ServiceDatabase } from '../database/service-database.ts';
import { trustInAccount } from '../iam/trust.ts';
import type { Registry } from '../registry/registry.ts';
import type { CallKeys } from '../secrets/call-keys.ts';
import type { ServiceSecrets } from '../secrets/service-secrets.ts';
import { tracingStatements, type Tracing } from './tracing.ts';

interface RolesArgs {
  declaration: ServiceDeclaration;
  registry: Registry;
  cluster: Cluster;
  database?: ServiceDatabase | undefined;
  logGroup: aws.cloudwatch.LogGroup;
  secrets: ServiceSecrets;
  callKeys: CallKeys;
  tracing: Tracing;
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
    ...grant(`${name}-task`, taskRole, [
      ...secretStatements(args),
      ...discoveryStatements(args),
      ...tracingStatements(args.tracing),
    ]),
  ];
  return { executionRoleArn: executionRole.arn, taskRoleArn: taskRole.arn, policies };
}

export interface Statement {
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

function executionStatements({ registry, logGroup }: RolesArgs): Statement[] {
  return [
    // A token to sign in to ECR is not given for one repository.
    { Sid: 'SignInToEcr', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
    {
      Action: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      Resource: registry.repositoryArn,
    },
    { Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: pulumi.interpolate`${logGroup.arn}:*` },
  ];
}

function secretStatements({ database, secrets, callKeys }: RolesArgs): Statement[] {
  const keys = [...callKeys.toCallees.values(), ...callKeys.fromCallers.values()];
  const arns = [...(database ? [database.secretArn] : []), ...secrets.arns.values(), ...keys.map(({ arn }) => arn)];
  return arns.length === 0 ? [] : [{ Action: 'secretsmanager:GetSecretValue', Resource: arns }];
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
