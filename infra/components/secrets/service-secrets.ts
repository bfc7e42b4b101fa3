import { nameOfSecret, type GeneratedSecret as Declared, type ServiceDeclaration } from '@fairlead/manifest';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { GeneratedSecret } from './generated-secret.ts';
import type { SecretGenerator } from './secret-generator.ts';

export interface ServiceSecretsArgs {
  declaration: ServiceDeclaration;
  generator: SecretGenerator;
}

/** The secrets that a service declares. One that is not generated is empty: whoever runs the platform puts the value in. */
export class ServiceSecrets extends pulumi.ComponentResource {
  /** By the name that the service gave it. */
  readonly arns: ReadonlyMap<string, pulumi.Output<string>>;

  constructor(name: string, { declaration, generator }: ServiceSecretsArgs, opts: pulumi.ComponentResourceOptions) {
    super('fairlead:secrets:ServiceSecrets', name, {}, opts);
    const declared = declaration.secrets ?? [];
    this.arns = new Map(
      declared.map((secret) => [nameOfSecret(secret), createSecret(this, name, secret, generator).arn]),
    );
    this.registerOutputs({});
  }
}

function createSecret(
  parent: pulumi.Resource,
  service: string,
  secret: string | Declared,
  generator: SecretGenerator,
): { arn: pulumi.Output<string> } {
  const name = `${service}-${nameOfSecret(secret)}`;
  const description = `${nameOfSecret(secret)}, read by ${service}`;
  if (typeof secret === 'string') return new aws.secretsmanager.Secret(name, { description }, { parent });
  return new GeneratedSecret(name, { generator, kind: secret.generate, description }, { parent });
}
