import { Secret } from '@fairlead/config';
import { randomUUID } from 'node:crypto';
import type { RotatingSecret, SecretVersion, Secrets, SecretVersions } from '../src/index.ts';
import { SecretError } from '../src/secrets.ts';

type Texts = SecretVersions<string>;

/** Secrets in memory, by ARN, that a test rotates itself. */
export class StaticSecrets implements Secrets {
  readonly #texts: Map<string, Texts>;

  constructor(texts: Readonly<Record<string, string>> = {}) {
    this.#texts = new Map(Object.entries(texts).map(([arn, text]) => [arn, { current: createVersion(text) }]));
  }

  /** Makes a text current, and the current one the previous. */
  put(arn: string, text: string): void {
    const previous = this.#texts.get(arn)?.current;
    this.#texts.set(arn, { current: createVersion(text), ...(previous && { previous }) });
  }

  /** Begins a rotation: the text is one that will be current. */
  stage(arn: string, text: string): void {
    this.#texts.set(arn, { ...this.#find(arn), pending: createVersion(text) });
  }

  /** Ends a rotation: what was pending is current. */
  promote(arn: string): void {
    const { current, pending } = this.#find(arn);
    if (!pending) throw new SecretError(`the secret ${arn} has no pending version`);
    this.#texts.set(arn, { current: pending, previous: current });
  }

  rotating<Value>(arn: string, parse: (text: string) => Value): RotatingSecret<Value> {
    const read = async (): Promise<SecretVersions<Value>> => {
      await Promise.resolve();
      const versions = this.#find(arn);
      const current = parseVersion(versions.current, arn, parse);
      const [previous, pending] = [versions.previous, versions.pending].map((version) => {
        try {
          return version && parseVersion(version, arn, parse);
        } catch {
          return undefined;
        }
      });
      return { current, ...(previous && { previous }), ...(pending && { pending }) };
    };
    const current = async () => (await read()).current;
    return { current, refresh: current, versions: read };
  }

  #find(arn: string): Texts {
    const texts = this.#texts.get(arn);
    if (!texts) throw new SecretError(`there is no secret ${arn}`);
    return texts;
  }
}

const createVersion = (text: string): SecretVersion<string> => ({
  id: randomUUID(),
  value: new Secret(text),
  createdAt: new Date(),
});

function parseVersion<Value>(
  version: SecretVersion<string>,
  arn: string,
  parse: (text: string) => Value,
): SecretVersion<Value> {
  try {
    return { ...version, value: new Secret(parse(version.value.reveal())) };
  } catch {
    throw new SecretError(`the secret ${arn} does not have the form that its reader expects`);
  }
}
