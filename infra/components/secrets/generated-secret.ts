import type { GeneratedKind } from '@fairlead/manifest';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { SecretGenerator } from './secret-generator.ts';

export interface GeneratedSecretArgs {
  generator: SecretGenerator;
  kind: GeneratedKind;
  description: string;
}

/** A secret whose value the generator makes when the stack is deployed. It keeps the value for as long as it exists. */
export class GeneratedSecret extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: GeneratedSecretArgs, opts: pulumi.ComponentResourceOptions) {
    super('fairlead:secrets:GeneratedSecret', name, {}, opts);
    const secret = new aws.secretsmanager.Secret(name, { description: args.description }, { parent: this });
    generate(this, name, { ...args, secret });

    this.arn = secret.arn;
    this.registerOutputs({ arn: this.arn });
  }
}

type GenerateArgs = GeneratedSecretArgs & { secret: aws.secretsmanager.Secret };

function generate(parent: pulumi.Resource, name: string, { generator, kind, secret }: GenerateArgs): void {
  const statement = {
    Effect: 'Allow',
    Action: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
    Resource: secret.arn,
  };
  const policy = new aws.iam.RolePolicy(
    name,
    { role: generator.roleId, policy: pulumi.jsonStringify({ Version: '2012-10-17', Statement: [statement] }) },
    { parent },
  );
  new aws.lambda.Invocation(
    name,
    {
      functionName: generator.functionName,
      input: pulumi.jsonStringify({ secretArn: secret.arn, kind }),
    },
    { parent, dependsOn: [policy, generator] },
  );
}
