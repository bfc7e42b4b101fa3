import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { trustInAccount } from '../iam/trust.ts';

interface FlowLogsArgs {
  vpcId: pulumi.Output<string>;
  retentionInDays: number;
}

/** Records which connections were made and refused in the VPC. */
export function createFlowLogs(parent: pulumi.Resource, name: string, args: FlowLogsArgs): void {
  const logGroup = new aws.cloudwatch.LogGroup(
    `${name}-flow-logs`,
    { name: `/fairlead/${pulumi.getStack()}/flow-logs`, retentionInDays: args.retentionInDays },
    { parent },
  );
  const role = new aws.iam.Role(
    `${name}-flow-logs`,
    { assumeRolePolicy: trustInAccount('vpc-flow-logs.amazonaws.com', { parent }) },
    { parent },
  );
  const policy = new aws.iam.RolePolicy(
    `${name}-flow-logs`,
    { role: role.id, policy: writePolicy(logGroup.arn) },
    { parent },
  );
  new aws.ec2.FlowLog(
    name,
    {
      vpcId: args.vpcId,
      trafficType: 'ALL',
      logDestination: logGroup.arn,
      iamRoleArn: role.arn,
      maxAggregationInterval: 600,
    },
    { parent, dependsOn: [policy] },
  );
}

function writePolicy(logGroupArn: pulumi.Output<string>): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
        Resource: pulumi.interpolate`${logGroupArn}:*`,
      },
      // Listing log groups cannot be limited to one.
      { Sid: 'ListLogGroups', Effect: 'Allow', Action: 'logs:DescribeLogGroups', Resource: '*' },
    ],
  });
}
