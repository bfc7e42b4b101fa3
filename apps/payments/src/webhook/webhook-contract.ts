import type { RouteContract } from '@fairlead/contracts';
import { databaseUnavailable, defineProblem } from '@fairlead/problem';
import { z } from 'zod';
import { dependencyUnavailable } from '../payment/payment-problems.ts';

export const webhookSignature = defineProblem({
  code: 'payments/webhook-signature',
  kind: 'unauthenticated',
  meaning: 'The webhook was not signed by the payment provider, or too long ago.',
});

/** Not strict, and with any type: the provider may add to its events before this service knows. */
const webhookEvent = z.object({
  id: z.string().min(1).max(255),
  type: z.string().max(255),
  createdAt: z.string().max(64),
  chargeId: z.uuid('must be a UUID'),
});

export type WebhookEvent = z.output<typeof webhookEvent>;

export const webhookRoutes = {
  takeWebhook: {
    method: 'post',
    path: '/payments/webhooks',
    summary: 'Where the payment provider says that something happened to a charge.',
    audience: 'signer',
    headers: z.object({
      'provider-signature': z
        .string()
        .max(255)
        .optional()
        .describe('`t=<unix seconds>,v1=<HMAC-SHA-256 in hexadecimal>`.'),
    }),
    body: webhookEvent,
    responses: { 204: { description: 'It was taken, now or before.' } },
    problems: [webhookSignature, dependencyUnavailable, databaseUnavailable],
  },
} as const satisfies Record<string, RouteContract>;
