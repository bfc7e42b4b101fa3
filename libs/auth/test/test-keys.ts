import { calculateJwkThumbprint, exportJWK, generateKeyPair, type CryptoKey, type JWK } from 'jose';

/** A key that signs access tokens, in the forms that tests need. */
export interface TestKey {
  /** RFC 7638 thumbprint of the public key. */
  id: string;
  privateKey: CryptoKey;
  /** As users publishes it. */
  publicJwk: JWK & { kty: 'OKP'; crv: 'Ed25519'; x: string; kid: string; alg: 'EdDSA'; use: 'sig' };
  /** As Secrets Manager keeps it. */
  secretText: string;
}

export async function createTestKey(): Promise<TestKey> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const { x = '' } = await exportJWK(publicKey);
  const { d = '' } = await exportJWK(privateKey);
  const material = { kty: 'OKP', crv: 'Ed25519', x } as const;
  const id = await calculateJwkThumbprint(material);
  return {
    id,
    privateKey,
    publicJwk: { ...material, kid: id, alg: 'EdDSA', use: 'sig' },
    secretText: JSON.stringify({ ...material, d }),
  };
}
