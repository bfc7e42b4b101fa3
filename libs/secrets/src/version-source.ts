import type { GetSecretValueCommandOutput } from '@aws-sdk/client-secrets-manager';
import { Secret } from '@fairlead/config';
import type { Stage } from './cached-secret.ts';
import type { SecretVersion } from './rotating-secret.ts';
import type { SecretsManager } from './secrets-manager.ts';
import { SecretError } from './secrets.ts';

export interface VersionSourceOptions<Value> {
  manager: SecretsManager;
  arn: string;
  parse: (text: string) => Value;
  /** Told of a version that is there and is none. */
  onError: (error: unknown) => void;
}

/** The versions of one secret, as values. */
export class VersionSource<Value> {
  readonly #options: VersionSourceOptions<Value>;

  constructor(options: VersionSourceOptions<Value>) {
    this.#options = options;
  }

  async read(stage: Stage): Promise<SecretVersion<Value>> {
    return this.#toVersion(await this.#getValue(stage));
  }

  /**
   * Resolves to nothing where no version has the label, or one that cannot be used: what somebody wrote wrongly, and put right
   * or is about to, must not stand in the way of the version that is current.
   */
  async find(stage: Stage): Promise<SecretVersion<Value> | undefined> {
    const output = await this.#getValue(stage).catch((error: unknown) => {
      if (error instanceof SecretError && nameOf(error.cause) === 'ResourceNotFoundException') return undefined;
      throw error;
    });
    try {
      return output && this.#toVersion(output);
    } catch (cause) {
      this.#options.onError(new SecretError(`${stage} of the secret ${this.#options.arn} is passed over`, { cause }));
      return undefined;
    }
  }

  async #getValue(stage: Stage): Promise<GetSecretValueCommandOutput> {
    const { manager, arn } = this.#options;
    try {
      return await manager.getValue(arn, stage);
    } catch (cause) {
      throw new SecretError(`the secret ${arn} cannot be read: ${nameOf(cause)}`, { cause });
    }
  }

  #toVersion({ VersionId, SecretString, CreatedDate }: GetSecretValueCommandOutput): SecretVersion<Value> {
    if (VersionId === undefined || SecretString === undefined || CreatedDate === undefined) {
      throw new SecretError(`the secret ${this.#options.arn} holds no text`);
    }
    return { id: VersionId, value: new Secret(this.#parse(SecretString)), createdAt: CreatedDate };
  }

  /** The error of a parser often quotes what it was given, so it goes no further. */
  #parse(text: string): Value {
    const { arn, parse } = this.#options;
    try {
      return parse(text);
    } catch {
      throw new SecretError(`the secret ${arn} does not have the form that its reader expects`);
    }
  }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
