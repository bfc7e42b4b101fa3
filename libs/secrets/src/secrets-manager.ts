import type { GetSecretValueCommandOutput, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { times } from '@fairlead/manifest/times';
import type { Stage } from './cached-secret.ts';

/**
 * Reads values with a client that is made at the first read: loading the SDK takes more CPU than the rest of a service's start,
 * and a service is ready without it.
 */
export class SecretsManager {
  #client: Promise<SecretsManagerClient> | undefined;

  constructor(client?: SecretsManagerClient) {
    this.#client = client && Promise.resolve(client);
  }

  async getValue(arn: string, stage: Stage): Promise<GetSecretValueCommandOutput> {
    const { GetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
    this.#client ??= createClient();
    const client = await this.#client;
    return client.send(new GetSecretValueCommand({ SecretId: arn, VersionStage: stage }));
  }
}

/** Waits little: an older value is better than a late one, and who has none asks again. */
async function createClient(): Promise<SecretsManagerClient> {
  const { SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  return new SecretsManagerClient({
    maxAttempts: 2,
    requestHandler: {
      connectionTimeout: times.secrets.connectTimeoutMs,
      requestTimeout: times.secrets.requestTimeoutMs,
      // Without it the SDK warns and waits on.
      throwOnRequestTimeout: true,
    },
  });
}
