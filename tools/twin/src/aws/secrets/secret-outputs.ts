import type { Secret, SecretVersion } from './secret.ts';

/** AWS JSON writes a time as epoch seconds. */
export function seconds(epochMs: number): number {
  return epochMs / 1000;
}

/** What every answer about one secret begins with. */
export function identity(secret: Secret): { ARN: string; Name: string } {
  return { ARN: secret.arn, Name: secret.name };
}

/** What GetSecretValue answers. */
export function valueOutput(secret: Secret, version: SecretVersion): object {
  const member = version.value.kind === 'string' ? 'SecretString' : 'SecretBinary';
  return {
    ...identity(secret),
    VersionId: version.id,
    [member]: version.value.data,
    VersionStages: version.stages,
    CreatedDate: seconds(version.createdAt),
  };
}

/** What DescribeSecret and ListSecrets answer, each with its own name for the map of versions. */
export function descriptionOutput(secret: Secret, stagesMember: string): object {
  const { deletedAt, accessedAt, description, kmsKeyId, tags } = secret;
  const labelled = secret.versions.filter(({ stages }) => stages.length > 0);
  return {
    ...identity(secret),
    ...(description && { Description: description }),
    ...(kmsKeyId && { KmsKeyId: kmsKeyId }),
    ...(tags.length > 0 && { Tags: tags }),
    ...(labelled.length > 0 && { [stagesMember]: Object.fromEntries(labelled.map(({ id, stages }) => [id, stages])) }),
    CreatedDate: seconds(secret.createdAt),
    LastChangedDate: seconds(secret.changedAt),
    ...(accessedAt !== undefined && { LastAccessedDate: seconds(accessedAt) }),
    ...(deletedAt !== undefined && { DeletedDate: seconds(deletedAt) }),
  };
}
