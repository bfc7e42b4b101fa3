import { AwsError } from '../protocol/aws-error.ts';
import { operation, type Call, type Operation } from '../protocol/service.ts';
import { flag, integer, list, optional } from '../protocol/shape.ts';
import { matchesFilters } from './secret-filters.ts';
import * as inputs from './secret-inputs.ts';
import { identity, seconds, valueOutput } from './secret-outputs.ts';
import type { SecretStore } from './secret-store.ts';
import { getVersion, moveStage } from './secret-versions.ts';

const DAY_MS = 86_400_000;

/** The operations that read and write the values of secrets. */
export function valueOperations(store: SecretStore): Record<string, Operation> {
  return {
    GetSecretValue: getSecretValue(store),
    BatchGetSecretValue: batchGetSecretValue(store),
    PutSecretValue: putSecretValue(store),
    UpdateSecretVersionStage: updateSecretVersionStage(store),
    ListSecretVersionIds: listSecretVersionIds(store),
  };
}

/** The resource that permission to touch a secret is asked for: its ARN, or the name where there is none. */
export function resourceOf(store: SecretStore, id: string): string {
  return store.find(id)?.arn ?? id;
}

function getSecretValue(store: SecretStore): Operation {
  return operation(
    { SecretId: inputs.secretId, VersionId: inputs.versionId, VersionStage: optional(inputs.versionStage) },
    ({ SecretId, VersionId, VersionStage }) => readValue(store, SecretId, { id: VersionId, stage: VersionStage }),
    ({ SecretId }) => resourceOf(store, SecretId),
  );
}

function readValue(store: SecretStore, secretId: string, wanted: Parameters<typeof getVersion>[1] = {}): object {
  if (!secretId.startsWith('arn:')) inputs.checkName(secretId);
  const secret = store.getUsable(secretId);
  const version = getVersion(secret, wanted);
  secret.accessedAt = version.accessedAt = store.now() - (store.now() % DAY_MS);
  return valueOutput(secret, version);
}

function batchGetSecretValue(store: SecretStore): Operation {
  return operation(
    {
      SecretIdList: optional(list(inputs.secretId, { min: 1, max: 20 })),
      Filters: optional(inputs.filters),
      MaxResults: optional(integer(1, 20)),
      NextToken: inputs.nextToken,
    },
    ({ SecretIdList, Filters, MaxResults, NextToken }, call) => {
      if ((SecretIdList === undefined) === (Filters === undefined)) {
        throw inputs.invalidParameter('You must include Filters or SecretIdList, but not both.');
      }
      if (SecretIdList) return readAll(store, SecretIdList, call);
      call.demand('*', 'secretsmanager:ListSecrets');
      const matching = store.list().filter((secret) => !secret.deletedAt && matchesFilters(secret, Filters ?? []));
      const { items, nextToken } = inputs.page(matching, { MaxResults: MaxResults ?? 20, NextToken });
      const ids = items.map(({ arn }) => arn);
      return { ...readAll(store, ids, call), ...(nextToken && { NextToken: nextToken }) };
    },
  );
}

/** One secret that can't be read is an error beside the values of the others. */
function readAll(store: SecretStore, ids: readonly string[], call: Call): object {
  const SecretValues: object[] = [];
  const Errors: object[] = [];
  for (const SecretId of ids) {
    try {
      call.demand(resourceOf(store, SecretId), 'secretsmanager:GetSecretValue');
      SecretValues.push(readValue(store, SecretId));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Errors.push({ SecretId, ErrorCode: error.code, Message: error.message });
    }
  }
  return { SecretValues, Errors };
}

function putSecretValue(store: SecretStore): Operation {
  return operation(
    {
      SecretId: inputs.secretId,
      ...inputs.valueMembers,
      VersionStages: optional(list(inputs.versionStage, { min: 1, max: 20 })),
    },
    (input) => {
      const given = inputs.findNewValue(input);
      if (!given) throw inputs.invalidParameter('You must provide either SecretString or SecretBinary.');
      const secret = store.getUsable(input.SecretId);
      const stages = input.VersionStages;
      const version = store.addVersion(secret, { ...given, stages });
      return { ...identity(secret), VersionId: version.id, VersionStages: version.stages };
    },
    ({ SecretId }) => resourceOf(store, SecretId),
  );
}

function updateSecretVersionStage(store: SecretStore): Operation {
  return operation(
    {
      SecretId: inputs.secretId,
      VersionStage: inputs.versionStage,
      RemoveFromVersionId: inputs.versionId,
      MoveToVersionId: inputs.versionId,
    },
    ({ SecretId, VersionStage: stage, RemoveFromVersionId: removeFrom, MoveToVersionId: moveTo }) => {
      const secret = store.getUsable(SecretId);
      store.change(secret, () => {
        moveStage(secret, { stage, removeFrom, moveTo });
      });
      return identity(secret);
    },
    ({ SecretId }) => resourceOf(store, SecretId),
  );
}

function listSecretVersionIds(store: SecretStore): Operation {
  return operation(
    {
      SecretId: inputs.secretId,
      MaxResults: inputs.maxResults,
      NextToken: inputs.nextToken,
      IncludeDeprecated: optional(flag()),
    },
    ({ SecretId, IncludeDeprecated, ...request }) => {
      const secret = store.get(SecretId);
      const shown = secret.versions.filter(({ stages }) => IncludeDeprecated === true || stages.length > 0);
      const { items, nextToken } = inputs.page(shown, request);
      const Versions = items.map(({ id, stages, createdAt, accessedAt }) => ({
        VersionId: id,
        ...(stages.length > 0 && { VersionStages: stages }),
        CreatedDate: seconds(createdAt),
        ...(accessedAt !== undefined && { LastAccessedDate: seconds(accessedAt) }),
        KmsKeyIds: [secret.kmsKeyId ?? 'DefaultEncryptionKey'],
      }));
      return { ...identity(secret), Versions, ...(nextToken && { NextToken: nextToken }) };
    },
    ({ SecretId }) => resourceOf(store, SecretId),
  );
}
