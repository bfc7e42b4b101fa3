import type { SigningKey } from '@fairlead/auth';
import { calculateJwkThumbprint, importJWK } from 'jose';
import { z } from 'zod';

const privateKey = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.base64url().length(43),
  d: z.base64url().length(43),
});

/** The private key of access tokens, as Secrets Manager keeps it (RFC 8037). */
export type PrivateJwk = z.output<typeof privateKey>;

/** @throws where the text is no Ed25519 key */
export const parsePrivateJwk = (text: string): PrivateJwk => privateKey.parse(JSON.parse(text));

/** The key as the world may see it. */
export interface PublicJwk {
  kty: 'OKP';
  crv: 'Ed25519';
  x: string;
  kid: string;
  alg: 'EdDSA';
  use: 'sig';
}

/** The id of a key is its RFC 7638 thumbprint, so that it needs no place of its own in the secret. */
const findKeyId = ({ kty, crv, x }: PrivateJwk) => calculateJwkThumbprint({ kty, crv, x });

export async function toPublicJwk(jwk: PrivateJwk): Promise<PublicJwk> {
  return { kty: jwk.kty, crv: jwk.crv, x: jwk.x, kid: await findKeyId(jwk), alg: 'EdDSA', use: 'sig' };
}

export async function toSigningKey(jwk: PrivateJwk): Promise<SigningKey> {
  const { kty, crv, x, d } = jwk;
  const key = await importJWK({ kty, crv, x, d }, 'EdDSA');
  // What importJWK makes of a symmetric key, which the schema does not let through.
  if (key instanceof Uint8Array) throw new Error('the signing key is no key pair');
  return { id: await findKeyId(jwk), privateKey: key };
}
