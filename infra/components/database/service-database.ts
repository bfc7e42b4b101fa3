import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Database } from './database.ts';

export interface ServiceDatabaseArgs {
  /** The server that holds it. */
  server: Database;
  databaseName: string;
}

/**
 * A database with a role that owns it, and the secret that holds the role's credentials. The provisioner makes all three
 * when the stack is deployed; removing the service leaves the data where it is.
 */
export class ServiceDatabase extends pulumi.ComponentResource {
  readonly databaseName: string;
  readonly server: Database;
  readonly secretArn: pulumi.Output<string>;

  constructor(name: string, args: ServiceDatabaseArgs, opts: pulumi.ComponentResourceOptions) {
    super('fairlead:database:ServiceDatabase', name, {}, opts);
    const secret = new aws.secretsmanager.Secret(
      `${name}-database`,
      { description: `How ${name} signs in to its database` },
      { parent: this },
    );
    provision(this, name, { ...args, secret });

    this.databaseName = args.databaseName;
    this.server = args.server;
    this.secretArn = secret.arn;
    this.registerOutputs({ secretArn: this.secretArn });
  }
}

type ProvisionArgs = ServiceDatabaseArgs & { secret: aws.secretsmanager.Secret };

function provision(parent: pulumi.Resource, name: string, { server, databaseName, secret }: ProvisionArgs): void {
  const policy = new aws.iam.RolePolicy(
    `${name}-database`,
    { role: server.provisioner.roleId, policy: writePolicy(secret.arn) },
    { parent },
  );
  new aws.lambda.Invocation(
    `${name}-database`,
    {
      functionName: server.provisioner.functionName,
      input: pulumi.jsonStringify({ database: databaseName, role: databaseName, secretArn: secret.arn }),
      // A restored or replaced server is another one, though everything about it reads the same.
      triggers: { server: server.resourceId },
    },
    { parent, dependsOn: [policy, server] },
  );
}

function writePolicy(secretArn: pulumi.Output<string>): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
        Resource: secretArn,
      },
    ],
  });
}
