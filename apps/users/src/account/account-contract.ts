import { cursor, integerParameter, type RouteContract } from '@fairlead/contracts';
import { databaseUnavailable } from '@fairlead/problem';
import { accountNotFound } from '@fairlead/users-api';
import { z } from 'zod';
import { tooManyAttempts } from '../attempt/attempt-problems.ts';
import { tooBusy } from '../password/password-problems.ts';
import { lastAdmin, passwordWrong } from './account-problems.ts';
import { passwordChange, signUp, user, userPatch } from './account.ts';

// Postgres compares ids by their value, and the code compares them as texts.
const params = z.strictObject({ id: z.uuid('must be a UUID').toLowerCase() });

export const userRoutes = {
  signUp: {
    method: 'post',
    path: '/users',
    summary: 'Open an account. The answer does not tell whether the address has one already.',
    audience: 'anyone',
    body: signUp,
    responses: {
      202: { description: 'Sign in with it. Where the address had an account, that one stays as it was.' },
    },
    problems: [tooManyAttempts, tooBusy, databaseUnavailable],
  },
  getMe: {
    method: 'get',
    path: '/users/me',
    summary: 'The account of whoever asks.',
    audience: 'customer',
    responses: { 200: { description: 'The account.', body: user } },
    problems: [databaseUnavailable],
  },
  changePassword: {
    method: 'put',
    path: '/users/me/password',
    summary: 'Change the password, and end every session of the account.',
    audience: 'customer',
    // The second time, the current password is another one.
    idempotent: false,
    body: passwordChange,
    responses: { 204: { description: 'It is changed. Sign in with it.' } },
    problems: [passwordWrong, tooManyAttempts, tooBusy, databaseUnavailable],
  },
  listUsers: {
    method: 'get',
    path: '/users',
    summary: 'Accounts in the order they were opened, page by page.',
    audience: 'admin',
    query: z.strictObject({
      cursor: cursor.optional(),
      limit: integerParameter({ min: 1, max: 100, default: 20 }),
    }),
    responses: {
      200: {
        description: 'A page. `nextCursor` is null on the last one.',
        body: z.strictObject({ items: z.array(user), nextCursor: z.string().nullable() }),
      },
    },
    problems: [databaseUnavailable],
  },
  getUser: {
    method: 'get',
    path: '/users/:id',
    summary: 'One account.',
    audience: 'owner',
    params,
    responses: { 200: { description: 'The account.', body: user } },
    problems: [accountNotFound, databaseUnavailable],
  },
  patchUser: {
    method: 'patch',
    path: '/users/:id',
    summary: 'Change the role or the status of an account (RFC 7396). One that is suspended loses its sessions.',
    audience: 'admin',
    params,
    body: userPatch,
    mediaTypes: ['application/merge-patch+json', 'application/json'],
    responses: { 200: { description: 'The changed account.', body: user } },
    problems: [accountNotFound, lastAdmin, databaseUnavailable],
  },
} as const satisfies Record<string, RouteContract>;
