import type { SigningKey } from '@fairlead/auth';
import type { RotatingSecret, SecretVersions } from '@fairlead/secrets';
import { keysUnavailable } from '@fairlead/users-api';
import { toPublicJwk, toSigningKey, type PrivateJwk, type PublicJwk } from './signing-key.ts';

/**
 * How long a new key is published before it signs. By then every task of users has read it from Secrets Manager (a minute),
 * and every service has asked for the keys again (five minutes): nobody meets a token whose key it cannot know.
 */
export const PUBLISH_BEFORE_SIGNING_MS = 10 * 60_000;

/** The keys of access tokens, through every rotation of their secret. Where it cannot be read: `users/keys-unavailable`. */
export interface SigningKeys {
  /** The key to sign with now. */
  current(): Promise<SigningKey>;
  /** Those that tokens may be signed with, by any task, now or soon. */
  list(): Promise<PublicJwk[]>;
}

export function createSigningKeys(secret: RotatingSecret<PrivateJwk>, now: () => number): SigningKeys {
  const imported = new Map<string, SigningKey>();
  const readVersions = () => secret.versions().catch(refuseWithoutKeys);
  return {
    async current() {
      const { id, value } = chooseVersion(await readVersions(), now());
      const known = imported.get(id);
      if (known) return known;
      const key = await toSigningKey(value.reveal());
      imported.clear();
      imported.set(id, key);
      return key;
    },
    async list() {
      const { current, previous, pending } = await readVersions();
      const versions = [current, previous, pending].filter((version) => version !== undefined);
      return Promise.all(versions.map(({ value }) => toPublicJwk(value.reveal())));
    },
  };
}

/** A rotation is one `PutSecretValue`: the key that it replaces goes on signing until the new one is known everywhere. */
function chooseVersion({ current, previous }: SecretVersions<PrivateJwk>, now: number) {
  const isKnownEverywhere = now - current.createdAt.getTime() >= PUBLISH_BEFORE_SIGNING_MS;
  return previous && !isKnownEverywhere ? previous : current;
}

function refuseWithoutKeys(cause: unknown): never {
  throw keysUnavailable('the keys of access tokens cannot be read', { cause, headers: { 'Retry-After': '1' } });
}
