import type { UserCaller } from '@fairlead/contracts';
import { decodeProtectedHeader, jwtVerify, type CryptoKey, type JWTPayload } from 'jose';
import { tokenInvalid, tokenUnverifiable } from './auth-problems.ts';
import type { KeySet } from './key-set.ts';
import { accessTokenRules, CLOCK_TOLERANCE_SECONDS } from './token-rules.ts';
import { VerifiedTokens } from './verified-tokens.ts';

export interface AccessTokenVerifierOptions {
  keySet: KeySet;
  now: () => number;
}

/** Finds out whom an access token was issued to, or throws the problem that says why not. */
export type VerifyAccessToken = (token: string) => Promise<UserCaller>;

export function createAccessTokenVerifier({ keySet, now }: AccessTokenVerifierOptions): VerifyAccessToken {
  const verified = new VerifiedTokens<UserCaller>();
  return async (token) => {
    const known = verified.find(token, now());
    const keyId = known?.keyId ?? readKeyId(token);
    const key = await findKey(keySet, keyId);
    if (known) return known.caller;
    const payload = await verifyToken(token, key, now());
    const caller = toCaller(payload);
    verified.add(token, { caller, keyId, expiresAt: (payload.exp ?? 0) * 1000 });
    return caller;
  };
}

/** The only field of the header that is read before the signature is known to be right; `jku`, `x5u` and `jwk` never are. */
function readKeyId(token: string): string {
  try {
    const { kid } = decodeProtectedHeader(token);
    if (typeof kid === 'string') return kid;
  } catch (cause) {
    throw tokenInvalid(cause);
  }
  throw tokenInvalid();
}

async function findKey(keySet: KeySet, id: string): Promise<CryptoKey> {
  const key = await keySet.find(id).catch((error: unknown) => {
    throw tokenUnverifiable(error);
  });
  if (!key) throw tokenInvalid();
  return key;
}

async function verifyToken(token: string, key: CryptoKey, now: number): Promise<JWTPayload> {
  const { type, algorithm, issuer, audience } = accessTokenRules;
  try {
    const { payload } = await jwtVerify(token, key, {
      typ: type,
      algorithms: [algorithm],
      issuer,
      audience,
      requiredClaims: ['exp', 'iat', 'sub'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(now),
    });
    return payload;
  } catch (cause) {
    throw tokenInvalid(cause);
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function toCaller({ sub, role }: JWTPayload): UserCaller {
  if (sub === undefined || !UUID.test(sub)) throw tokenInvalid();
  if (role !== 'customer' && role !== 'admin') throw tokenInvalid();
  return { userId: sub, role };
}
