import { defineContract, type RouteContract } from '@fairlead/contracts';
import { databaseUnavailable, defineProblem } from '@fairlead/problem';
import { z } from 'zod';

export const accountNotFound = defineProblem({
  code: 'users/account-not-found',
  kind: 'not-found',
  meaning: 'No account has this id.',
});

export const keysUnavailable = defineProblem({
  code: 'users/keys-unavailable',
  kind: 'unavailable',
  meaning: 'The keys of access tokens cannot be read at the moment; `Retry-After` says when to try again.',
});

const account = z.strictObject({
  id: z.uuid(),
  email: z.string(),
  role: z.enum(['customer', 'admin']),
  status: z.enum(['active', 'suspended']),
});

/** What users tells other services of an account. */
export type Account = z.output<typeof account>;

/** A public key that access tokens are verified with (RFC 7517, RFC 8037). */
const key = z.strictObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string(),
  kid: z.string(),
  alg: z.literal('EdDSA'),
  use: z.literal('sig'),
});

export const keyRoutes = {
  listKeys: {
    method: 'get',
    path: '/users/jwks.json',
    summary: 'The public keys of access tokens (RFC 7517).',
    audience: 'anyone',
    responses: { 200: { description: 'The keys in use.', body: z.strictObject({ keys: z.array(key) }) } },
    problems: [keysUnavailable],
  },
} as const satisfies Record<string, RouteContract>;

/** Outside of the public path of users, so that the load balancer leads nobody here. */
export const accountRoutes = {
  getAccount: {
    method: 'get',
    path: '/accounts/:id',
    summary: 'An account as it is now; the token of its owner may be older.',
    audience: 'service',
    params: z.strictObject({ id: z.uuid('must be a UUID').toLowerCase() }),
    responses: { 200: { description: 'The account.', body: account } },
    problems: [accountNotFound, databaseUnavailable],
  },
} as const satisfies Record<string, RouteContract>;

/** What other services may ask of users. */
export const usersApi = defineContract({
  service: 'users',
  title: 'Users, for other services',
  description: 'Accounts, and the keys of access tokens.',
  version: '0.1.0',
  routes: { ...keyRoutes, ...accountRoutes },
});
