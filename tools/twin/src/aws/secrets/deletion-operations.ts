import { operation, type Operation } from '../protocol/service.ts';
import { flag, integer, optional } from '../protocol/shape.ts';
import * as inputs from './secret-inputs.ts';
import { identity, seconds } from './secret-outputs.ts';
import type { SecretStore } from './secret-store.ts';
import { resourceOf } from './value-operations.ts';

const DAY_MS = 86_400_000;

/** The operations that delete secrets and take it back. */
export function deletionOperations(store: SecretStore): Record<string, Operation> {
  return { DeleteSecret: deleteSecret(store), RestoreSecret: restoreSecret(store) };
}

function deleteSecret(store: SecretStore): Operation {
  return operation(
    {
      SecretId: inputs.secretId,
      RecoveryWindowInDays: optional(integer(-Infinity, Infinity)),
      ForceDeleteWithoutRecovery: optional(flag()),
    },
    ({ SecretId, RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: force }) => {
      if (days !== undefined && force) {
        throw inputs.invalidParameter(
          "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
        );
      }
      if (days !== undefined && (days < 7 || days > 30)) {
        throw inputs.invalidParameter('The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).');
      }
      return force ? deleteAtOnce(store, SecretId) : scheduleDeletion(store, SecretId, days ?? 30);
    },
    ({ SecretId }) => resourceOf(store, SecretId),
  );
}

function deleteAtOnce(store: SecretStore, id: string): object {
  const secret = store.find(id);
  if (secret) store.remove(secret);
  return { ...(secret ? identity(secret) : { Name: id }), DeletionDate: seconds(store.now()) };
}

function scheduleDeletion(store: SecretStore, id: string, days: number): object {
  const secret = store.getUsable(id);
  const deletedAt = store.change(secret, (now) => (secret.deletedAt = now + days * DAY_MS));
  return { ...identity(secret), DeletionDate: seconds(deletedAt) };
}

function restoreSecret(store: SecretStore): Operation {
  return operation(
    { SecretId: inputs.secretId },
    ({ SecretId }) => {
      const secret = store.get(SecretId);
      store.change(secret, () => (secret.deletedAt = undefined));
      return identity(secret);
    },
    ({ SecretId }) => resourceOf(store, SecretId),
  );
}
