import { frontEndError } from './protocol/aws-error.ts';
import type { AwsService } from './protocol/service.ts';
import { deletionOperations } from './secrets/deletion-operations.ts';
import { getRandomPassword } from './secrets/random-password-operation.ts';
import { secretOperations } from './secrets/secret-operations.ts';
import type { SecretStore } from './secrets/secret-store.ts';
import { tagOperations } from './secrets/tag-operations.ts';
import { valueOperations } from './secrets/value-operations.ts';

/** AWS Secrets Manager over a store, for the endpoint to serve. */
export function secretsManager(store: SecretStore): AwsService {
  return {
    title: 'Secrets Manager',
    signingName: 'secretsmanager',
    targetPrefix: 'secretsmanager',
    operations: {
      ...secretOperations(store),
      ...valueOperations(store),
      ...deletionOperations(store),
      ...tagOperations(store),
      GetRandomPassword: getRandomPassword(),
    },
    invalid: (message) => frontEndError('ValidationException', message),
  };
}
