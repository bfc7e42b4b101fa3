import * as pulumi from '@pulumi/pulumi';
import type { ServiceDatabase } from '../database/service-database.ts';
import type { CallKeys } from '../secrets/call-keys.ts';
import type { GeneratedSecret } from '../secrets/generated-secret.ts';
import type { TaskDefinitionArgs } from './task-definition.ts';
import { tracingVariables } from './tracing.ts';

/** What a container reads by name. */
export interface Variable {
  name: string;
  value: pulumi.Input<string>;
}

type EnvironmentArgs = Pick<
  TaskDefinitionArgs,
  'declaration' | 'cluster' | 'database' | 'secrets' | 'callKeys' | 'tracing'
>;

/** The settings of a service: the platform's, then its own. Never a secret; of those, only where they are. */
export function environmentOf(args: EnvironmentArgs): Variable[] {
  const { declaration, cluster, database, secrets, callKeys, tracing } = args;
  const variables = {
    ENVIRONMENT: pulumi.getStack(),
    ...tracingVariables(tracing),
    ...(database && databaseVariables(database)),
    ...Object.fromEntries([...secrets.arns].map(([name, arn]) => [secretVariable(name), arn])),
    ...(callKeys.toCallees.size > 0 && { DISCOVERY_NAMESPACE: cluster.namespaceName }),
    ...callKeyVariables(callKeys),
    ...declaration.environment,
  };
  return Object.entries<pulumi.Input<string>>(variables).map(([name, value]) => ({ name, value }));
}

function databaseVariables({ server, databaseName, secretArn }: ServiceDatabase) {
  return {
    DATABASE_HOST: server.address,
    DATABASE_PORT: pulumi.interpolate`${server.port}`,
    DATABASE_NAME: databaseName,
    DATABASE_SECRET_ARN: secretArn,
  };
}

function secretVariable(name: string): string {
  return `${name.toUpperCase().replaceAll('-', '_')}_SECRET_ARN`;
}

function callKeyVariables({ toCallees, fromCallers }: CallKeys) {
  return {
    ...(toCallees.size > 0 && { CALL_KEY_ARNS: arnsOf(toCallees) }),
    ...(fromCallers.size > 0 && { CALLER_KEY_ARNS: arnsOf(fromCallers) }),
  };
}

const arnsOf = (keys: ReadonlyMap<string, GeneratedSecret>): pulumi.Output<string> =>
  pulumi.jsonStringify(Object.fromEntries([...keys].map(([service, { arn }]) => [service, arn])));
