import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { times } from '@fairlead/manifest/times';
import { CachedSecret } from './cached-secret.ts';
import type { RotatingSecret } from './rotating-secret.ts';
import { SecretsManager } from './secrets-manager.ts';
import type { Secrets } from './secrets.ts';
import { VersionSource } from './version-source.ts';

export interface SecretsOptions {
  /** Told of reads that failed while an older value was there to go on with, and of versions that are passed over. @default nobody is */
  onError?: (error: unknown) => void;
  /** @default a client with the region and the credentials of the task */
  client?: SecretsManagerClient;
  /** @default the lifetime in the table of times */
  lifetimeSeconds?: number;
  /** Milliseconds of a clock that never goes back. @default performance.now */
  now?: () => number;
}

/** Reads secrets from Secrets Manager and keeps each for its lifetime. */
export function createSecrets({
  onError = () => undefined,
  client,
  lifetimeSeconds = times.secrets.lifetimeSeconds,
  now = () => performance.now(),
}: SecretsOptions = {}): Secrets {
  const manager = new SecretsManager(client);
  return {
    rotating<Value>(arn: string, parse: (text: string) => Value): RotatingSecret<Value> {
      const source = new VersionSource({ manager, arn, parse, onError });
      return new CachedSecret({ name: `the secret ${arn}`, source, lifetimeSeconds, onError, now });
    },
  };
}
