import { Cached, type CachedOptions } from './cached.ts';
import type { RotatingSecret, SecretVersion, SecretVersions } from './rotating-secret.ts';

/** The staging labels of Secrets Manager. */
export type Stage = 'AWSCURRENT' | 'AWSPREVIOUS' | 'AWSPENDING';

interface Source<Value> {
  read: (stage: Stage) => Promise<SecretVersion<Value>>;
  find: (stage: Stage) => Promise<SecretVersion<Value> | undefined>;
}

export interface CachedSecretOptions<Value> extends Omit<CachedOptions<unknown>, 'read'> {
  source: Source<Value>;
}

/** A secret whose versions are read when they are asked for: whoever needs only the current one costs one request. */
export class CachedSecret<Value> implements RotatingSecret<Value> {
  readonly #current: Cached<SecretVersion<Value>>;
  readonly #versions: Cached<SecretVersions<Value>>;

  constructor({ source, ...options }: CachedSecretOptions<Value>) {
    this.#current = new Cached({ ...options, read: () => source.read('AWSCURRENT') });
    this.#versions = new Cached({ ...options, read: () => readVersions(source) });
  }

  current(): Promise<SecretVersion<Value>> {
    return this.#current.get();
  }

  versions(): Promise<SecretVersions<Value>> {
    return this.#versions.get();
  }

  async refresh(): Promise<SecretVersion<Value>> {
    const others = this.#versions.isUsed ? this.#versions.refresh() : undefined;
    const [current] = await Promise.all([this.#current.refresh(), others]);
    return current;
  }
}

/** A rotation moves a version from pending to current to previous: read in that order, none is missed on its way. */
async function readVersions<Value>(source: Source<Value>): Promise<SecretVersions<Value>> {
  const pending = await source.find('AWSPENDING');
  const current = await source.read('AWSCURRENT');
  const previous = await source.find('AWSPREVIOUS');
  return {
    current,
    ...(previous && previous.id !== current.id && { previous }),
    // Secrets Manager may leave the label on the version that became current.
    ...(pending && pending.id !== current.id && { pending }),
  };
}
