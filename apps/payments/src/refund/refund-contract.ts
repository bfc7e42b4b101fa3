import type { RouteContract } from '@fairlead/contracts';
import { databaseUnavailable } from '@fairlead/problem';
import { z } from 'zod';
import { keptProblem } from '../idempotency/answer.ts';
import { idempotencyHeaders, inProgress, keyReused } from '../idempotency/idempotency-key.ts';
import { dependencyUnavailable, paymentNotFound } from '../payment/payment-problems.ts';
import { notCaptured, refundRefused, refundTooLarge } from './refund-problems.ts';
import { refund, refundInput } from './refund.ts';

const LOCATION = { Location: 'The path of the payment.' };

export const refundRoutes = {
  createRefund: {
    method: 'post',
    path: '/payments/:id/refunds',
    summary: 'Give back money of a payment, once for each `Idempotency-Key`.',
    audience: 'admin',
    idempotent: true,
    params: z.strictObject({ id: z.uuid('must be a UUID').toLowerCase() }),
    headers: idempotencyHeaders,
    body: refundInput,
    responses: {
      201: { description: 'Given back. The same for each request with the key.', body: refund, headers: LOCATION },
      202: { description: 'Not confirmed by the provider yet, and it will be.', body: refund, headers: LOCATION },
      409: keptProblem,
    },
    problems: [
      paymentNotFound,
      notCaptured,
      refundRefused,
      inProgress,
      refundTooLarge,
      keyReused,
      dependencyUnavailable,
      databaseUnavailable,
    ],
  },
} as const satisfies Record<string, RouteContract>;
