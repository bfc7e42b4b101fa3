import type { Audience, Authorize, Callers, UserCaller } from '@fairlead/contracts';
import { requestProblems } from '@fairlead/problem';
import type { RotatingSecret } from '@fairlead/secrets';
import type { IncomingMessage } from 'node:http';
import { createAccessTokenVerifier } from './access-token-verifier.ts';
import { readBearerToken } from './auth-problems.ts';
import { KeySet, type PublicKeys } from './key-set.ts';
import { createServiceTokenVerifier } from './service-token-verifier.ts';

export interface AuthorizeOptions {
  /** The name of the service that is called. */
  service: string;
  /** Asks users for the keys of access tokens; what it gives is kept. */
  keys: () => Promise<PublicKeys>;
  /** The keys that services sign their calls with, by the name of the caller. */
  callerKeys: ReadonlyMap<string, RotatingSecret<string>>;
  /** The time of day in milliseconds. @default Date.now */
  now?: () => number;
}

type Decisions = { [Of in Audience]: (request: IncomingMessage) => Callers[Of] | Promise<Callers[Of]> };

/** Makes the one place where callers of a service are let in or refused, by the audience of each route. */
export function createAuthorize({ service, keys, callerKeys, now = Date.now }: AuthorizeOptions): Authorize {
  const verifyAccessToken = createAccessTokenVerifier({ keySet: new KeySet({ fetchKeys: keys, now }), now });
  const verifyServiceToken = createServiceTokenVerifier({ service, callerKeys, now });
  const findUser = async ({ headers }: IncomingMessage) => verifyAccessToken(readBearerToken(headers.authorization));
  const decisions: Decisions = {
    anyone: () => undefined,
    signer: () => undefined,
    customer: findUser,
    owner: findUser,
    admin: async (request) => requireAdmin(await findUser(request)),
    service: async ({ headers }) => verifyServiceToken(readBearerToken(headers.authorization)),
  };
  return (audience, request) => decisions[audience](request);
}

function requireAdmin(caller: UserCaller): UserCaller {
  if (caller.role === 'admin') return caller;
  throw requestProblems.forbidden('only admins may do this');
}
