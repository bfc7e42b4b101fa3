import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { trustLambda } from '../iam/trust.ts';
import { codeOf } from '../lambda/code.ts';

export interface SecretGeneratorArgs {
  logRetentionInDays: number;
}

/**
 * The function that makes the values of secrets, so that none passes through Pulumi or a pipeline. It stands outside of the VPC:
 * all it calls is Secrets Manager, and there it would need a way out to it.
 */
export class SecretGenerator extends pulumi.ComponentResource {
  readonly functionName: pulumi.Output<string>;
  readonly roleId: pulumi.Output<string>;

  constructor(name: string, args: SecretGeneratorArgs, opts: pulumi.ComponentResourceOptions) {
    super('fairlead:secrets:SecretGenerator', name, {}, opts);
    const logGroup = createLogGroup(this, name, args.logRetentionInDays);
    const { role, policy } = createRole(this, name, logGroup.arn);
    const code = createFunction(this, name, { role, policy, logGroup });

    this.functionName = code.name;
    this.roleId = role.id;
    this.registerOutputs({ functionName: this.functionName });
  }
}

function createLogGroup(parent: pulumi.Resource, name: string, retentionInDays: number): aws.cloudwatch.LogGroup {
  return new aws.cloudwatch.LogGroup(
    name,
    { name: `/fairlead/${pulumi.getStack()}/${name}`, retentionInDays },
    { parent },
  );
}

/** Each secret adds its own permission to the role. */
function createRole(parent: pulumi.Resource, name: string, logGroupArn: pulumi.Output<string>) {
  const role = new aws.iam.Role(name, { assumeRolePolicy: trustLambda() }, { parent });
  const statement = {
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: pulumi.interpolate`${logGroupArn}:*`,
  };
  const document = pulumi.jsonStringify({ Version: '2012-10-17', Statement: [statement] });
  const policy = new aws.iam.RolePolicy(name, { role: role.id, policy: document }, { parent });
  return { role, policy };
}

interface FunctionArgs {
  role: aws.iam.Role;
  policy: aws.iam.RolePolicy;
  logGroup: aws.cloudwatch.LogGroup;
}

function createFunction(parent: pulumi.Resource, name: string, args: FunctionArgs): aws.lambda.Function {
  return new aws.lambda.Function(
    name,
    {
      ...codeOf(new URL('./generate/handler.ts', import.meta.url)),
      role: args.role.arn,
      memorySize: 256,
      timeout: 60,
      loggingConfig: { logFormat: 'JSON', logGroup: args.logGroup.name },
    },
    { parent, dependsOn: [args.policy] },
  );
}
