import type { UserCaller } from '@fairlead/contracts';
import { SignJWT, type CryptoKey } from 'jose';
import { accessTokenRules } from './token-rules.ts';

export interface SigningKey {
  /** RFC 7638 thumbprint of the public key. */
  id: string;
  privateKey: CryptoKey;
}

/** Signs an access token that is valid for `accessTokenRules.lifetimeSeconds` from `now`, in milliseconds. */
export function signAccessToken({ userId, role }: UserCaller, { id, privateKey }: SigningKey, now: number) {
  const { type, algorithm, issuer, audience, lifetimeSeconds } = accessTokenRules;
  const issuedAt = Math.floor(now / 1000);
  return new SignJWT({ role })
    .setProtectedHeader({ typ: type, alg: algorithm, kid: id })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(userId)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + lifetimeSeconds)
    .sign(privateKey);
}
