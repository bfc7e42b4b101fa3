import { Secret } from '@fairlead/config';
import { createHash, createHmac, hkdfSync } from 'node:crypto';

/**
 * Tells whether two requests with one key are the same: a SHA-256 of the parsed body, whatever the order of its fields. What
 * is secret in it enters as an HMAC, because the numbers of cards are few enough to be guessed from a bare hash.
 */
export function fingerprint(body: object, key: Buffer): string {
  return createHash('sha256')
    .update(JSON.stringify(canonicalize(body, key)))
    .digest('base64url');
}

function canonicalize(value: unknown, key: Buffer): unknown {
  if (value instanceof Secret) {
    const text = JSON.stringify(canonicalize(value.reveal(), key));
    return createHmac('sha256', key).update(text).digest('base64url');
  }
  if (Array.isArray(value)) return value.map((element) => canonicalize(element, key));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(fields.map(([name, field]) => [name, canonicalize(field, key)]));
}

/** A key for {@link fingerprint}, out of a secret that is there for something else and never learns of it. */
export const deriveFingerprintKey = (secret: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', 'fairlead payments: fingerprints of requests', 32));
