import * as pulumi from '@pulumi/pulumi';
import type { ServiceDatabase } from '../database/service-database.ts';
import type { TaskDefinitionArgs } from './task-definition.ts';

/** What a container reads by name: in clear, or fetched by ECS from Secrets Manager when the task starts. */
export interface Variable {
  name: string;
  value: pulumi.Input<string>;
}

export interface SecretVariable {
  name: string;
  valueFrom: pulumi.Input<string>;
}

type EnvironmentArgs = Pick<TaskDefinitionArgs, 'declaration' | 'database' | 'secrets'>;

/** The settings of a service: the platform's, then its own. Never a secret; of those, only where they are. */
export function environmentOf({ declaration, database, secrets }: EnvironmentArgs): Variable[] {
  const variables = {
    ENVIRONMENT: pulumi.getStack(),
    ...(database && databaseVariables(database)),
    ...Object.fromEntries([...secrets].map(([name, { arn }]) => [secretVariable(name), arn])),
    ...declaration.environment,
  };
  return Object.entries<pulumi.Input<string>>(variables).map(([name, value]) => ({ name, value }));
}

/** How a service signs in to its database. */
export function secretsOf(database: ServiceDatabase | undefined): SecretVariable[] {
  if (!database) return [];
  const field = (key: string) => pulumi.interpolate`${database.secretArn}:${key}::`;
  return [
    { name: 'DATABASE_USERNAME', valueFrom: field('username') },
    { name: 'DATABASE_PASSWORD', valueFrom: field('password') },
    { name: 'DATABASE_SSL', valueFrom: field('ssl') },
  ];
}

function databaseVariables({ server, databaseName }: ServiceDatabase) {
  return {
    DATABASE_HOST: server.address,
    DATABASE_PORT: pulumi.interpolate`${server.port}`,
    DATABASE_NAME: databaseName,
  };
}

function secretVariable(name: string): string {
  return `${name.toUpperCase().replaceAll('-', '_')}_SECRET_ARN`;
}
