import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';

/** What RDS keeps about its master user, and this platform about every other role; all values are text. */
export type Secret = Record<string, string>;

/** Secrets Manager, as far as the provisioner needs it. */
export class SecretStore {
  readonly #client: SecretsManagerClient;

  constructor(client: SecretsManagerClient) {
    this.#client = client;
  }

  /** The current value; absent as long as none was put into the secret. */
  async find(arn: string): Promise<Secret | undefined> {
    try {
      const { SecretString } = await this.#client.send(new GetSecretValueCommand({ SecretId: arn }));
      return SecretString === undefined ? undefined : (JSON.parse(SecretString) as Secret);
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }

  async put(arn: string, secret: Secret): Promise<void> {
    await this.#client.send(new PutSecretValueCommand({ SecretId: arn, SecretString: JSON.stringify(secret) }));
  }
}
