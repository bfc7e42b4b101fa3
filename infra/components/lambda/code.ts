import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { bundleFunction } from './bundle.ts';

/** The code of a function, and the runtime that it is written for. */
export function codeOf(entryPoint: URL) {
  return {
    runtime: aws.lambda.Runtime.NodeJS24dX,
    architectures: ['arm64'],
    handler: 'index.handler',
    code: new pulumi.asset.AssetArchive({ 'index.mjs': new pulumi.asset.StringAsset(bundleFunction(entryPoint)) }),
  };
}
