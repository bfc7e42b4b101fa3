import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

/** A trust policy that lets an AWS service assume a role on behalf of this account's resources only. */
export function trustInAccount(service: string, opts: pulumi.InvokeOptions): pulumi.Output<string> {
  const { accountId } = aws.getCallerIdentityOutput({}, opts);
  return trust(service, { Condition: { StringEquals: { 'aws:SourceAccount': accountId } } });
}

/** A trust policy for Lambda, which does not say for whom it assumes a function's role. */
export function trustLambda(): pulumi.Output<string> {
  return trust('lambda.amazonaws.com', {});
}

function trust(service: string, condition: object): pulumi.Output<string> {
  const statement = { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole', ...condition };
  return pulumi.jsonStringify({ Version: '2012-10-17', Statement: [statement] });
}
