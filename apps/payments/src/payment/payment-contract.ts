import { cursor, integerParameter, type RouteContract } from '@fairlead/contracts';
import { databaseUnavailable } from '@fairlead/problem';
import { z } from 'zod';
import { keptProblem } from '../idempotency/answer.ts';
import { idempotencyHeaders, inProgress, keyReused } from '../idempotency/idempotency-key.ts';
import {
  abandoned,
  accountSuspended,
  declined,
  dependencyUnavailable,
  mixedCurrencies,
  nothingToPay,
  outOfStock,
  paymentNotFound,
  productUnknown,
} from './payment-problems.ts';
import { paymentDocument, purchase } from './payment.ts';

const LOCATION = { Location: 'The path of the payment.' };

export const paymentRoutes = {
  createPayment: {
    method: 'post',
    path: '/payments',
    summary: 'Buy products: reserve them, charge the card, once for each `Idempotency-Key`.',
    audience: 'customer',
    idempotent: true,
    headers: idempotencyHeaders,
    body: purchase,
    responses: {
      201: { description: 'Paid. The same for each request with the key.', body: paymentDocument, headers: LOCATION },
      202: {
        description: 'Not decided yet, and it will be: ask again with the same key, or for the payment.',
        body: paymentDocument,
        headers: LOCATION,
      },
      402: keptProblem,
      409: keptProblem,
      422: keptProblem,
    },
    problems: [
      accountSuspended,
      declined,
      outOfStock,
      abandoned,
      inProgress,
      productUnknown,
      mixedCurrencies,
      nothingToPay,
      keyReused,
      dependencyUnavailable,
      databaseUnavailable,
    ],
  },
  getPayment: {
    method: 'get',
    path: '/payments/:id',
    summary: 'One payment, with its refunds.',
    audience: 'owner',
    params: z.strictObject({ id: z.uuid('must be a UUID').toLowerCase() }),
    responses: { 200: { description: 'The payment.', body: paymentDocument } },
    problems: [paymentNotFound, databaseUnavailable],
  },
  listPayments: {
    method: 'get',
    path: '/payments',
    summary: 'The payments of the caller, the newest first, page by page.',
    audience: 'customer',
    query: z.strictObject({
      cursor: cursor.optional(),
      limit: integerParameter({ min: 1, max: 100, default: 20 }),
    }),
    responses: {
      200: {
        description: 'A page. `nextCursor` is null on the last one.',
        body: z.strictObject({ items: z.array(paymentDocument), nextCursor: z.string().nullable() }),
      },
    },
    problems: [databaseUnavailable],
  },
} as const satisfies Record<string, RouteContract>;
