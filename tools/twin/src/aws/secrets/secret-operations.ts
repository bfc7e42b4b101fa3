import { AwsError } from '../protocol/aws-error.ts';
import { operation, type Operation } from '../protocol/service.ts';
import { flag, oneOf, optional, text } from '../protocol/shape.ts';
import type { Secret } from './secret.ts';
import { matchesFilters } from './secret-filters.ts';
import * as inputs from './secret-inputs.ts';
import { descriptionOutput, identity } from './secret-outputs.ts';
import type { SecretStore } from './secret-store.ts';
import { addVersion } from './secret-versions.ts';
import { resourceOf } from './value-operations.ts';

/** The operations that create, describe and change secrets. */
export function secretOperations(store: SecretStore): Record<string, Operation> {
  return {
    CreateSecret: createSecret(store),
    DescribeSecret: describeSecret(store),
    ListSecrets: listSecrets(store),
    UpdateSecret: updateSecret(store),
  };
}

function createSecret(store: SecretStore): Operation {
  return operation(
    {
      Name: text({ min: 1, max: 512 }),
      Description: inputs.description,
      KmsKeyId: inputs.kmsKeyId,
      Tags: optional(inputs.tags),
      ...inputs.valueMembers,
    },
    (input) => {
      inputs.checkName(input.Name);
      const given = inputs.findNewValue(input);
      const existing = store.find(input.Name);
      if (existing) return identifyRepeated(existing, given);
      const { Name: name, Description: description, KmsKeyId: kmsKeyId, Tags: tags } = input;
      const secret = store.create({ name, description, kmsKeyId, tags });
      if (!given) return identity(secret);
      const version = store.addVersion(secret, given);
      return { ...identity(secret), VersionId: version.id };
    },
    ({ Name }) => Name,
  );
}

/** A repeat with the same token and value is the same request; anything else is refused. */
function identifyRepeated(existing: Secret, given: ReturnType<typeof inputs.findNewValue>): object {
  if (existing.deletedAt !== undefined) {
    throw new AwsError(
      'InvalidRequestException',
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  }
  const same = existing.versions.find(
    ({ id, value }) => id === given?.id && value.kind === given.value.kind && value.data === given.value.data,
  );
  if (same) return { ...identity(existing), VersionId: same.id };
  throw new AwsError(
    'ResourceExistsException',
    `The operation failed because the secret ${existing.name} already exists.`,
  );
}

function describeSecret(store: SecretStore): Operation {
  return operation(
    { SecretId: inputs.secretId },
    ({ SecretId }) => descriptionOutput(store.get(SecretId), 'VersionIdsToStages'),
    ({ SecretId }) => resourceOf(store, SecretId),
  );
}

function listSecrets(store: SecretStore): Operation {
  return operation(
    {
      IncludePlannedDeletion: optional(flag()),
      MaxResults: inputs.maxResults,
      NextToken: inputs.nextToken,
      Filters: optional(inputs.filters),
      SortOrder: optional(oneOf('asc', 'desc')),
      SortBy: optional(oneOf('created-date', 'last-accessed-date', 'last-changed-date', 'name')),
    },
    ({ IncludePlannedDeletion, Filters = [], SortOrder, SortBy = 'created-date', ...request }) => {
      const shown = store
        .list()
        .filter((secret) => (IncludePlannedDeletion === true || !secret.deletedAt) && matchesFilters(secret, Filters))
        .sort((one, other) => compare(one, other, SortBy) * (SortOrder === 'desc' ? -1 : 1));
      const { items, nextToken } = inputs.page(shown, request);
      const SecretList = items.map((secret) => descriptionOutput(secret, 'SecretVersionsToStages'));
      return { SecretList, ...(nextToken && { NextToken: nextToken }) };
    },
  );
}

function compare(one: Secret, other: Secret, sortBy: string): number {
  if (sortBy === 'name') return one.name < other.name ? -1 : 1;
  if (sortBy === 'last-accessed-date') return (one.accessedAt ?? 0) - (other.accessedAt ?? 0);
  if (sortBy === 'last-changed-date') return one.changedAt - other.changedAt;
  return one.createdAt - other.createdAt;
}

function updateSecret(store: SecretStore): Operation {
  return operation(
    {
      SecretId: inputs.secretId,
      Description: inputs.description,
      KmsKeyId: inputs.kmsKeyId,
      ...inputs.valueMembers,
    },
    (input) => {
      const given = inputs.findNewValue(input);
      const secret = store.getUsable(input.SecretId);
      if (given && secret.versions.some(({ id }) => id === given.id)) {
        throw new AwsError(
          'ResourceExistsException',
          `You can't modify the existing version ${given.id}, you can only create a new version.`,
        );
      }
      store.change(secret, (now) => {
        if (input.Description !== undefined) secret.description = input.Description;
        if (input.KmsKeyId !== undefined) secret.kmsKeyId = input.KmsKeyId;
        if (given) addVersion(secret, { ...given, now });
      });
      return { ...identity(secret), ...(given && { VersionId: given.id }) };
    },
    ({ SecretId }) => resourceOf(store, SecretId),
  );
}
