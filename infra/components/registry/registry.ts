import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

export interface RegistryArgs {
  /** Whether images may be deleted together with the repository, as tear-down needs. */
  forceDelete: boolean;
}

/** Where the images of one service are pushed; a tag, once pushed, names the same image for ever. */
export class Registry extends pulumi.ComponentResource {
  readonly repositoryArn: pulumi.Output<string>;
  readonly repositoryUrl: pulumi.Output<string>;

  constructor(name: string, args: RegistryArgs, opts: pulumi.ComponentResourceOptions) {
    super('fairlead:registry:Registry', name, {}, opts);
    const repository = createRepository(this, name, args);

    this.repositoryArn = repository.arn;
    this.repositoryUrl = repository.repositoryUrl;
    this.registerOutputs({ repositoryUrl: this.repositoryUrl });
  }
}

function createRepository(parent: pulumi.Resource, name: string, { forceDelete }: RegistryArgs): aws.ecr.Repository {
  const repository = new aws.ecr.Repository(
    name,
    {
      imageTagMutability: 'IMMUTABLE',
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfigurations: [{ encryptionType: 'AES256' }],
      forceDelete,
    },
    { parent },
  );
  new aws.ecr.LifecyclePolicy(
    name,
    { repository: repository.name, policy: JSON.stringify(LIFECYCLE_POLICY) },
    { parent },
  );
  return repository;
}

/** The image in use is the one that was pushed last, or close to it, so that none in use expires. */
const LIFECYCLE_POLICY = {
  rules: [
    {
      rulePriority: 1,
      description: 'Untagged images, two weeks after their push',
      selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 14 },
      action: { type: 'expire' },
    },
    {
      rulePriority: 2,
      description: 'All but the last hundred images',
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 100 },
      action: { type: 'expire' },
    },
  ],
};
