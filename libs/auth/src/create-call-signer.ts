import type { RotatingSecret } from '@fairlead/secrets';
import { SignJWT } from 'jose';
import { serviceTokenRules } from './token-rules.ts';

export interface CallSignerOptions {
  /** The name of the service that calls. */
  service: string;
  /** The key for the calls to each service, by its name. */
  callKeys: ReadonlyMap<string, RotatingSecret<string>>;
  /** The time of day in milliseconds. @default Date.now */
  now?: () => number;
}

/** Gives the token that a call to a service is made with; `isRefused`: the callee did not take the last one, so its key is read again. */
export type CallSigner = (callee: string, options?: { isRefused: boolean }) => Promise<string>;

interface IssuedToken {
  keyId: string;
  renewAt: number;
  token: string;
}

/**
 * Makes the signer of a service's calls. A token serves the calls of some minutes, or until its key is rotated.
 * @throws where a callee has no key, because the service does not declare to call it
 */
export function createCallSigner({ service, callKeys, now = Date.now }: CallSignerOptions): CallSigner {
  const issued = new Map<string, IssuedToken>();
  return async (callee, { isRefused } = { isRefused: false }) => {
    const secret = callKeys.get(callee);
    if (!secret) throw new Error(`${service} has no key for calls to ${callee}; declare the call in service.ts`);
    const { id, value } = await (isRefused ? secret.refresh() : secret.current());
    const known = issued.get(callee);
    if (known?.keyId === id && known.renewAt > now()) return known.token;
    const token = await signCall({ caller: service, callee }, value.reveal(), now());
    const lifetimeSeconds = serviceTokenRules.lifetimeSeconds - serviceTokenRules.renewBeforeSeconds;
    issued.set(callee, { keyId: id, renewAt: now() + lifetimeSeconds * 1000, token });
    return token;
  };
}

/** Signs a token for the calls of one service to another, valid from `now`, in milliseconds. */
export function signCall({ caller, callee }: { caller: string; callee: string }, key: string, now: number) {
  const { type, algorithm, lifetimeSeconds } = serviceTokenRules;
  const issuedAt = Math.floor(now / 1000);
  return new SignJWT()
    .setProtectedHeader({ typ: type, alg: algorithm })
    .setIssuer(caller)
    .setAudience(callee)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + lifetimeSeconds)
    .sign(new TextEncoder().encode(key));
}
