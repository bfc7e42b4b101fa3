import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { allowFlow } from '../firewall/allow-flow.ts';
import { allowHttps } from '../firewall/allow-https.ts';
import { trustLambda } from '../iam/trust.ts';
import { codeOf } from '../lambda/code.ts';
import type { Network } from '../network/network.ts';

export interface ProvisionerArgs {
  network: Network;
  instance: aws.rds.Instance;
  /** The security group of the instance. */
  securityGroup: aws.ec2.SecurityGroup;
  logRetentionInDays: number;
}

/** The function that makes databases, and the role that it runs in, which may read the master password. */
export interface Provisioner {
  functionName: pulumi.Output<string>;
  roleId: pulumi.Output<string>;
}

/** Makes databases and their roles from inside the VPC, so that no password passes through Pulumi or a pipeline. */
export function createProvisioner(parent: pulumi.Resource, name: string, args: ProvisionerArgs): Provisioner {
  const masterSecretArn = findMasterSecretArn(args.instance);
  const logGroup = new aws.cloudwatch.LogGroup(
    name,
    { name: `/fairlead/${pulumi.getStack()}/${name}`, retentionInDays: args.logRetentionInDays },
    { parent },
  );
  const role = new aws.iam.Role(name, { assumeRolePolicy: trustLambda() }, { parent });
  const policy = new aws.iam.RolePolicy(
    name,
    { role: role.id, policy: provisionerPolicy(masterSecretArn, logGroup.arn) },
    { parent },
  );
  const code = new aws.lambda.Function(
    name,
    {
      ...codeOf(new URL('./provision/handler.ts', import.meta.url)),
      role: role.arn,
      memorySize: 256,
      timeout: 120,
      loggingConfig: { logFormat: 'JSON', logGroup: logGroup.name },
      vpcConfig: { subnetIds: args.network.privateSubnetIds, securityGroupIds: [createFirewall(parent, name, args)] },
      environment: { variables: environmentOf(args.instance, masterSecretArn) },
    },
    { parent, dependsOn: [policy, args.network] },
  );
  return { functionName: code.name, roleId: role.id };
}

function findMasterSecretArn(instance: aws.rds.Instance): pulumi.Output<string> {
  return instance.masterUserSecrets.apply(([secret]) => {
    if (!secret) throw new Error('RDS made no secret for the master user');
    return secret.secretArn;
  });
}

function environmentOf(instance: aws.rds.Instance, masterSecretArn: pulumi.Output<string>) {
  return {
    DATABASE_HOST: instance.address,
    DATABASE_PORT: pulumi.interpolate`${instance.port}`,
    MASTER_SECRET_ARN: masterSecretArn,
    // Lambda's Node.js runtimes trust the authorities that sign RDS certificates only when they are told to.
    // https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html
    NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem',
  };
}

function createFirewall(parent: pulumi.Resource, name: string, args: ProvisionerArgs): pulumi.Output<string> {
  const { network, instance, securityGroup } = args;
  const own = new aws.ec2.SecurityGroup(
    name,
    { vpcId: network.vpcId, description: 'Database provisioner' },
    { parent },
  );
  const description = 'Postgres from the provisioner';
  allowFlow(name, { from: own.id, to: securityGroup.id, port: instance.port, description }, { parent });
  allowHttps(name, { from: own.id, destinations: network.httpsDestinations }, { parent });
  return own.id;
}

function provisionerPolicy(masterSecretArn: pulumi.Output<string>, logGroupArn: pulumi.Output<string>) {
  return pulumi.jsonStringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: masterSecretArn },
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: pulumi.interpolate`${logGroupArn}:*`,
      },
      {
        // Lambda asks for these without naming a resource before it attaches a function to a VPC.
        Sid: 'AttachToVpc',
        Effect: 'Allow',
        Action: [
          'ec2:CreateNetworkInterface',
          'ec2:DescribeNetworkInterfaces',
          'ec2:DescribeSubnets',
          'ec2:DeleteNetworkInterface',
          'ec2:AssignPrivateIpAddresses',
          'ec2:UnassignPrivateIpAddresses',
        ],
        Resource: '*',
      },
    ],
  });
}
