import { accessTokenRules } from '@fairlead/auth';
import type { RouteContract } from '@fairlead/contracts';
import { databaseUnavailable } from '@fairlead/problem';
import { keysUnavailable } from '@fairlead/users-api';
import { z } from 'zod';
import { credentials } from '../account/account.ts';
import { tooManyAttempts } from '../attempt/attempt-problems.ts';
import { tooBusy } from '../password/password-problems.ts';
import { refreshToken } from './refresh-token.ts';
import { sessionEnded, signInRefused } from './session-problems.ts';

const tokens = z.strictObject({
  accessToken: z.string(),
  tokenType: z.literal('Bearer'),
  expiresIn: z.int().describe(`Seconds that the access token is valid for: ${accessTokenRules.lifetimeSeconds}.`),
  refreshToken: z.string(),
});

const body = z.strictObject({ refreshToken });

export const sessionRoutes = {
  signIn: {
    method: 'post',
    path: '/users/sessions',
    summary: 'Sign in.',
    audience: 'anyone',
    body: credentials,
    responses: { 201: { description: 'The session has begun.', body: tokens } },
    problems: [signInRefused, tooManyAttempts, tooBusy, keysUnavailable, databaseUnavailable],
  },
  refreshSession: {
    method: 'post',
    path: '/users/sessions/refresh',
    summary: 'Exchange a refresh token for new tokens. It can be repeated for 30 seconds, until the new ones are used.',
    audience: 'anyone',
    idempotent: true,
    body,
    responses: { 200: { description: 'New tokens; the old refresh token is spent.', body: tokens } },
    problems: [sessionEnded, keysUnavailable, databaseUnavailable],
  },
  signOut: {
    method: 'post',
    path: '/users/sessions/revoke',
    summary: 'Sign out: end the session of a refresh token (RFC 7009).',
    audience: 'anyone',
    idempotent: true,
    body,
    responses: { 204: { description: 'The session has ended, now or before.' } },
    problems: [databaseUnavailable],
  },
} as const satisfies Record<string, RouteContract>;
