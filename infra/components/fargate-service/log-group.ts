import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

/** Where the lines that a service writes are kept. */
export function createLogGroup(
  parent: pulumi.Resource,
  name: string,
  retentionInDays: number,
): aws.cloudwatch.LogGroup {
  return new aws.cloudwatch.LogGroup(
    name,
    { name: `/fairlead/${pulumi.getStack()}/${name}`, retentionInDays },
    { parent },
  );
}
