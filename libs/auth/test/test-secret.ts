import { Secret } from '@fairlead/config';
import type { RotatingSecret, SecretVersion, SecretVersions } from '@fairlead/secrets';

/** A secret that a test rotates, with no cache between: who asks sees what is valid now. */
export interface TestSecret<Value> extends RotatingSecret<Value> {
  /** Makes a new value current, and the current one previous. */
  rotate(value: Value, createdAt?: Date): void;
  /** Makes a new value pending. */
  announce(value: Value, createdAt?: Date): void;
}

export function createTestSecret<Value>(value: Value, createdAt = new Date(0)): TestSecret<Value> {
  let count = 0;
  const toVersion = (given: Value, at: Date): SecretVersion<Value> => {
    count += 1;
    return { id: `version-${count}`, value: new Secret(given), createdAt: at };
  };
  let versions: SecretVersions<Value> = { current: toVersion(value, createdAt) };
  return {
    current: () => Promise.resolve(versions.current),
    versions: () => Promise.resolve(versions),
    refresh: () => Promise.resolve(versions.current),
    rotate(next, at = new Date()) {
      versions = { current: toVersion(next, at), previous: versions.current };
    },
    announce(next, at = new Date()) {
      versions = { ...versions, pending: toVersion(next, at) };
    },
  };
}
