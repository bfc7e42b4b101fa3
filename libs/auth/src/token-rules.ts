/**
 * What tells the kinds of token apart. Each has a type, an algorithm and keys of its own, so that none passes for another
 * (RFC 8725, section 3.12). Which kind is expected follows from the route, never from the header of the token.
 */
export const accessTokenRules = {
  /** RFC 9068, section 2.1. */
  type: 'at+jwt',
  algorithm: 'EdDSA',
  issuer: 'users',
  audience: 'fairlead',
  /** How long a role that was taken away, or an account that was suspended, still has effect. */
  lifetimeSeconds: 600,
} as const;

export const serviceTokenRules = {
  type: 'service+jwt',
  algorithm: 'HS256',
  lifetimeSeconds: 300,
  /** A token is used for several calls, and replaced while it is still valid for the last of them. */
  renewBeforeSeconds: 60,
} as const;

/** How far the clocks of two tasks may be apart; Amazon Time Sync keeps them within a millisecond. */
export const CLOCK_TOLERANCE_SECONDS = 5;
