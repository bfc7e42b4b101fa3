import { accessTokenRules, signAccessToken, type SigningKey } from '@fairlead/auth';
import { createRouter, type Handlers } from '@fairlead/contracts';
import type { Router } from 'express';
import type { Dependencies } from '../dependencies.ts';
import { sessionRoutes } from './session-contract.ts';
import { sessionEnded } from './session-problems.ts';
import type { StartedSession } from './session-store.ts';
import { signIn } from './sign-in.ts';

const contract = { routes: sessionRoutes };

/** Tokens must not stay in any cache (RFC 6749, section 5.1). */
const NO_STORE = { 'Cache-Control': 'no-store' };

export const createSessionRoutes = (dependencies: Dependencies): Router =>
  createRouter(contract, createHandlers(dependencies), dependencies);

function createHandlers(dependencies: Dependencies): Handlers<typeof contract> {
  const { sessions, signingKeys, sessionEvents, now } = dependencies;
  const issue = async ({ caller, refreshToken }: StartedSession, key: SigningKey) => ({
    accessToken: await signAccessToken(caller, key, now()),
    tokenType: 'Bearer' as const,
    expiresIn: accessTokenRules.lifetimeSeconds,
    refreshToken,
  });
  return {
    async signIn({ body }) {
      // Before anything is written: without it nothing could be answered.
      const key = await signingKeys.current();
      return { status: 201, body: await issue(await signIn(dependencies, body), key), headers: NO_STORE };
    },
    async refreshSession({ body: { refreshToken } }) {
      const key = await signingKeys.current();
      const refreshed = await sessions.refresh(refreshToken);
      if (refreshed?.outcome === 'refreshed') {
        return { status: 200, body: await issue(refreshed, key), headers: NO_STORE };
      }
      if (refreshed) sessionEvents.tokenReused(refreshed.accountId);
      throw sessionEnded('the session has ended; sign in again');
    },
    async signOut({ body: { refreshToken } }) {
      const accountId = await sessions.end(refreshToken);
      if (accountId !== undefined) sessionEvents.signedOut(accountId);
      return { status: 204 };
    },
  };
}
