import type { Secret } from '@fairlead/config';

/** One version of a secret. */
export interface SecretVersion<Value> {
  /** The version id of Secrets Manager. */
  readonly id: string;
  readonly value: Secret<Value>;
  readonly createdAt: Date;
}

/** The versions that are valid at this moment, by their staging labels. */
export interface SecretVersions<Value> {
  readonly current: SecretVersion<Value>;
  /** `AWSPREVIOUS`, which was current before. */
  readonly previous?: SecretVersion<Value>;
  /** `AWSPENDING`, which a rotation under way will make current. */
  readonly pending?: SecretVersion<Value>;
}

/** A secret that changes while the process runs. */
export interface RotatingSecret<Value> {
  /** The current version, from the cache as long as it is fresh; a stale one where Secrets Manager fails.
   * @throws where it was never read, or its text is not what it should be; the message does not hold the text */
  current(): Promise<SecretVersion<Value>>;
  /** One beside the current version whose text is not what it should be is left out.
   * @throws as `current` does */
  versions(): Promise<SecretVersions<Value>>;
  /** Asks again at once, for when a value was refused; calls close together share one request. */
  refresh(): Promise<SecretVersion<Value>>;
}
