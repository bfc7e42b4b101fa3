import { randomInt, randomUUID } from 'node:crypto';
import { AwsError } from '../protocol/aws-error.ts';
import type { Secret, SecretDescription, SecretValue, SecretVersion } from './secret.ts';
import { addVersion, getVersion } from './secret-versions.ts';

/** Every secret with its values, as plain JSON: keep the file that holds it readable by its owner only. */
export interface SecretsSnapshot {
  version: 1;
  secrets: Secret[];
}

/** Settings of a store. */
export interface SecretStoreOptions {
  region: string;
  accountId: string;
  /** What an earlier process kept. */
  snapshot?: SecretsSnapshot | undefined;
  /** Called after each change worth keeping; reading a value is not one. */
  onChange?: () => void;
  /** Epoch milliseconds; the system clock unless a test says otherwise. */
  now?: () => number;
}

const SUFFIX_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Holds secrets and their versions; values are private fields, so that printing a store shows none. */
export class SecretStore {
  readonly #options: SecretStoreOptions;
  readonly #now: () => number;
  readonly #byName: Map<string, Secret>;

  constructor(options: SecretStoreOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    const kept = structuredClone(options.snapshot?.secrets ?? []);
    this.#byName = new Map(kept.map((secret) => [secret.name, secret]));
  }

  /** Makes a secret of the resource graph exist under its ARN; it keeps the values it has, if any. */
  declare({ arn, ...description }: SecretDescription & { arn: string }): void {
    const existing = this.#byName.get(description.name);
    const now = this.#now();
    const secret = existing ?? { arn, name: description.name, tags: [], createdAt: now, changedAt: now, versions: [] };
    Object.assign(secret, { ...description, arn, tags: description.tags ?? [], deletedAt: undefined });
    this.#byName.set(secret.name, secret);
    this.#options.onChange?.();
  }

  /** Makes a text the current value, unless it is already; answers the id of its version. */
  putValue(id: string, text: string): string {
    const secret = this.getUsable(id);
    const current = secret.versions.find(({ stages }) => stages.includes('AWSCURRENT'));
    if (current?.value.kind === 'string' && current.value.data === text) return current.id;
    return this.addVersion(secret, { id: randomUUID(), value: { kind: 'string', data: text } }).id;
  }

  /** The value that GetSecretValue would answer; the error it would, where there is none. */
  getValue(id: string, wanted: { versionId?: string; stage?: string } = {}): SecretValue {
    return getVersion(this.getUsable(id), { id: wanted.versionId, stage: wanted.stage }).value;
  }

  /** A copy of everything, for the caller to keep. */
  snapshot(): SecretsSnapshot {
    return { version: 1, secrets: structuredClone(this.list()) };
  }

  /** Every secret, also those scheduled for deletion. */
  list(): Secret[] {
    for (const secret of this.#byName.values()) {
      if (secret.deletedAt !== undefined && secret.deletedAt <= this.#now()) this.#byName.delete(secret.name);
    }
    return [...this.#byName.values()];
  }

  /** A secret by its name, ARN, or ARN without the last hyphen and six characters. */
  find(id: string): Secret | undefined {
    const secrets = this.list();
    const exact = secrets.find(({ arn, name }) => arn === id || name === id);
    // An ARN that ends in a hyphen and six characters is read as complete, so it names no other secret.
    if (exact ?? (!id.startsWith('arn:') || /-[A-Za-z0-9]{6}$/.test(id))) return exact;
    return secrets.find(({ arn }) => arn.slice(0, -7) === id);
  }

  /** As `find`, but throws ResourceNotFoundException. */
  get(id: string): Secret {
    const secret = this.find(id);
    if (secret) return secret;
    throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  }

  /** As `get`, but throws InvalidRequestException where the secret is scheduled for deletion. */
  getUsable(id: string): Secret {
    const secret = this.get(id);
    if (secret.deletedAt === undefined) return secret;
    throw new AwsError(
      'InvalidRequestException',
      "You can't perform this operation on the secret because it was marked for deletion.",
    );
  }

  /** Creates a secret without a value, its ARN ending in six random characters. */
  create(description: SecretDescription): Secret {
    const { region, accountId } = this.#options;
    const suffix = Array.from({ length: 6 }, () => SUFFIX_LETTERS[randomInt(SUFFIX_LETTERS.length)]).join('');
    const arn = `arn:aws:secretsmanager:${region}:${accountId}:secret:${description.name}-${suffix}`;
    this.declare({ ...description, arn });
    return this.get(arn);
  }

  /** Adds a version; one that is there already, with the same value, changes nothing. */
  addVersion(
    secret: Secret,
    version: { id: string; value: SecretValue; stages?: string[] | undefined },
  ): SecretVersion {
    const known = secret.versions.find(({ id }) => id === version.id);
    const add = (now: number): SecretVersion => addVersion(secret, { ...version, now });
    return known ? add(this.#now()) : this.change(secret, add);
  }

  /** Changes a secret and tells the owner of the store. */
  change<T>(secret: Secret, change: (now: number) => T): T {
    const now = this.#now();
    const result = change(now);
    secret.changedAt = now;
    this.#options.onChange?.();
    return result;
  }

  /** Removes a secret at once. */
  remove(secret: Secret): void {
    this.#byName.delete(secret.name);
    this.#options.onChange?.();
  }

  /** Epoch milliseconds. */
  now(): number {
    return this.#now();
  }
}
