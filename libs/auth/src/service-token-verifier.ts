import type { ServiceCaller } from '@fairlead/contracts';
import type { RotatingSecret, SecretVersion } from '@fairlead/secrets';
import { decodeJwt, jwtVerify, type JWTPayload } from 'jose';
import { tokenInvalid, tokenUnverifiable } from './auth-problems.ts';
import { CLOCK_TOLERANCE_SECONDS, serviceTokenRules } from './token-rules.ts';
import { VerifiedTokens } from './verified-tokens.ts';

/** A forged token makes a service ask for the keys again at most once in this time. */
const BETWEEN_REFRESHES_MS = 1000;

export interface ServiceTokenVerifierOptions {
  /** The name of the service that is called. */
  service: string;
  callerKeys: ReadonlyMap<string, RotatingSecret<string>>;
  now: () => number;
}

/** Finds out which service signed a token, or throws the problem that says why not. */
export type VerifyServiceToken = (token: string) => Promise<ServiceCaller>;

export function createServiceTokenVerifier({
  service,
  callerKeys,
  now,
}: ServiceTokenVerifierOptions): VerifyServiceToken {
  const verified = new VerifiedTokens<ServiceCaller>();
  const rings = new Map([...callerKeys].map(([caller, secret]) => [caller, createKeyRing(secret, now)]));
  return async (token) => {
    const known = verified.find(token, now());
    const caller = known?.caller.service ?? readIssuer(token);
    const ring = rings.get(caller);
    if (!ring) throw tokenInvalid();
    const keys = await ring.keys();
    if (known && keys.some(({ id }) => id === known.keyId)) return known.caller;
    const check = { token, caller, service, now: now() };
    const found = (await findSigner(check, keys)) ?? (await findSigner(check, await ring.newerKeys()));
    if (!found) throw tokenInvalid();
    verified.add(token, { caller: { service: caller }, keyId: found.keyId, expiresAt: found.expiresAt });
    return { service: caller };
  };
}

interface KeyRing {
  /** Those that are valid: a caller may hold any of them while they are rotated. */
  keys(): Promise<SecretVersion<string>[]>;
  /** Those of now, where a token is signed with none of {@link KeyRing.keys}. */
  newerKeys(): Promise<SecretVersion<string>[]>;
}

function createKeyRing(secret: RotatingSecret<string>, now: () => number): KeyRing {
  let refreshedAt = Number.NEGATIVE_INFINITY;
  let refresh: Promise<unknown> | undefined;
  const keys = () =>
    secret.versions().then(
      ({ current, previous, pending }) => [current, previous, pending].filter((version) => version !== undefined),
      (error: unknown) => {
        throw tokenUnverifiable(error);
      },
    );
  return {
    keys,
    async newerKeys() {
      if (!refresh && now() - refreshedAt < BETWEEN_REFRESHES_MS) return keys();
      refresh ??= secret.refresh().finally(() => {
        refreshedAt = now();
        refresh = undefined;
      });
      await refresh.catch((error: unknown) => {
        throw tokenUnverifiable(error);
      });
      return keys();
    },
  };
}

/** Not yet to be believed: it only says whose keys to try. */
function readIssuer(token: string): string {
  try {
    const { iss } = decodeJwt(token);
    if (typeof iss === 'string') return iss;
  } catch (cause) {
    throw tokenInvalid(cause);
  }
  throw tokenInvalid();
}

interface Check {
  token: string;
  caller: string;
  service: string;
  now: number;
}

async function findSigner(check: Check, keys: readonly SecretVersion<string>[]) {
  for (const { id, value } of keys) {
    const payload = await verifyToken(check, value.reveal()).catch(() => undefined);
    if (payload?.exp !== undefined) return { keyId: id, expiresAt: payload.exp * 1000 };
  }
  return undefined;
}

async function verifyToken({ token, caller, service, now }: Check, key: string): Promise<JWTPayload> {
  const { type, algorithm, lifetimeSeconds } = serviceTokenRules;
  const { payload } = await jwtVerify(token, new TextEncoder().encode(key), {
    typ: type,
    algorithms: [algorithm],
    issuer: caller,
    audience: service,
    requiredClaims: ['exp'],
    maxTokenAge: lifetimeSeconds,
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    currentDate: new Date(now),
  });
  return payload;
}
