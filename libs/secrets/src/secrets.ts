import type { RotatingSecret } from './rotating-secret.ts';

/** Where the secrets of a process come from. */
export interface Secrets {
  /** @param parse - makes the value from the text of a version; throws where it has another form */
  rotating<Value>(arn: string, parse: (text: string) => Value): RotatingSecret<Value>;
}

/** Thrown where a secret cannot be read. Neither it nor its cause holds the text of the secret. */
export class SecretError extends Error {
  override readonly name = 'SecretError';
}
