import { operation, type Operation } from '../protocol/service.ts';
import { list, text } from '../protocol/shape.ts';
import * as inputs from './secret-inputs.ts';
import type { SecretStore } from './secret-store.ts';
import { resourceOf } from './value-operations.ts';

/** The operations on the tags of secrets. */
export function tagOperations(store: SecretStore): Record<string, Operation> {
  return { TagResource: tagResource(store), UntagResource: untagResource(store) };
}

function tagResource(store: SecretStore): Operation {
  return operation(
    { SecretId: inputs.secretId, Tags: inputs.tags },
    ({ SecretId, Tags }) => {
      const secret = store.getUsable(SecretId);
      const replaced = new Set(Tags.map(({ Key }) => Key));
      store.change(secret, () => (secret.tags = [...secret.tags.filter(({ Key }) => !replaced.has(Key)), ...Tags]));
      return {};
    },
    ({ SecretId }) => resourceOf(store, SecretId),
  );
}

function untagResource(store: SecretStore): Operation {
  return operation(
    { SecretId: inputs.secretId, TagKeys: list(text({ min: 1, max: 128 })) },
    ({ SecretId, TagKeys }) => {
      const secret = store.getUsable(SecretId);
      store.change(secret, () => (secret.tags = secret.tags.filter(({ Key }) => !TagKeys.includes(Key))));
      return {};
    },
    ({ SecretId }) => resourceOf(store, SecretId),
  );
}
