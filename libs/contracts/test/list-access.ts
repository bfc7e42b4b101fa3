import { type Audience, type Contract } from '../src/contract.ts';

/** The kinds of caller that a service can meet. */
const VISITORS = ['anonymous', 'customer', 'other customer', 'admin', 'service', 'expired', 'forged'] as const;

export type Visitor = (typeof VISITORS)[number];

export interface AccessCase {
  /** The name of the route in the contract. */
  route: string;
  audience: Audience;
  visitor: Visitor;
  /** The status that the visitor must get, or `allowed`: any that is not about who calls. */
  expected: 'allowed' | 401 | 403 | 404;
}

/** What each kind of caller must get from a route of each audience. A `signer` route refuses all who do not sign. */
const EXPECTED: Record<Audience, Record<Visitor, AccessCase['expected']>> = {
  anyone: everybody('allowed'),
  signer: everybody(401),
  customer: { ...everybody(401), customer: 'allowed', 'other customer': 'allowed', admin: 'allowed' },
  owner: { ...everybody(401), customer: 'allowed', 'other customer': 404, admin: 'allowed' },
  admin: { ...everybody(401), customer: 403, 'other customer': 403, admin: 'allowed' },
  service: { ...everybody(401), service: 'allowed' },
};

function everybody(expected: AccessCase['expected']) {
  return Object.fromEntries(VISITORS.map((visitor) => [visitor, expected])) as Record<Visitor, AccessCase['expected']>;
}

/** Every route of a contract with every kind of caller. What `customer` owns, `other customer` does not. */
export const listAccess = (contract: Contract): AccessCase[] =>
  Object.entries(contract.routes).flatMap(([route, { audience }]) =>
    VISITORS.map((visitor) => ({ route, audience, visitor, expected: EXPECTED[audience][visitor] })),
  );
