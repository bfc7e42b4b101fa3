import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Settings } from './settings.ts';

/** The AWS provider of every resource: one region, and tags that say to which stack a resource belongs. */
export function createProvider({ region, tags }: Settings): aws.Provider {
  return new aws.Provider('aws', {
    region: region as aws.Region,
    defaultTags: { tags: { Project: pulumi.getProject(), Stack: pulumi.getStack(), ...tags } },
  });
}
