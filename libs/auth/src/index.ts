export { tokenInvalid } from './auth-problems.ts';
export { createAuthorize, type AuthorizeOptions } from './create-authorize.ts';
export { createCallSigner, type CallSigner, type CallSignerOptions } from './create-call-signer.ts';
export type { PublicKeys } from './key-set.ts';
export { loadCallKeys } from './load-call-keys.ts';
export { signAccessToken, type SigningKey } from './sign-access-token.ts';
export { accessTokenRules } from './token-rules.ts';
