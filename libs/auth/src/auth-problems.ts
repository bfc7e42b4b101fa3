import { requestProblems, type Problem } from '@fairlead/problem';

/** RFC 6750, section 3: without a token, the challenge says nothing of an error. */
export const tokenMissing = (): Problem =>
  requestProblems.unauthenticated('send a token as "Authorization: Bearer"', {
    headers: { 'WWW-Authenticate': 'Bearer' },
  });

/** One answer for every fault: what is wrong with a forged token is nobody's business. */
export const tokenInvalid = (cause?: unknown): Problem =>
  requestProblems.unauthenticated('the token is not valid here, or not any more', {
    cause,
    headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' },
  });

/** The token may well be valid: to refuse it would sign people out because of a fault of ours. */
export const tokenUnverifiable = (cause: unknown): Problem =>
  requestProblems.unverifiable('the keys to verify the token with cannot be had at the moment', {
    cause,
    headers: { 'Retry-After': '1' },
  });

/** The bearer token of a request (RFC 6750, section 2.1).
 * @throws {Problem} `request/unauthenticated` */
export function readBearerToken(authorization: string | undefined): string {
  if (authorization === undefined) throw tokenMissing();
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined || token.length > MAX_TOKEN_LENGTH) throw tokenInvalid();
  return token;
}

const BEARER = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i;

const MAX_TOKEN_LENGTH = 4096;
