import type { ServiceDeclaration } from '@fairlead/manifest';
import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import type { Secrets } from './fargate-service.ts';

/** Makes the secrets that a service declares, empty: whoever runs the platform puts the values in. */
export function createSecrets(parent: pulumi.Resource, name: string, declaration: ServiceDeclaration): Secrets {
  return new Map(
    (declaration.secrets ?? []).map((secret) => [
      secret,
      new aws.secretsmanager.Secret(`${name}-${secret}`, { description: `${secret}, read by ${name}` }, { parent }),
    ]),
  );
}
