import { money } from '@fairlead/catalog-api';
import { z } from 'zod';
import { toMoneyDocument, type Money } from '../money/money.ts';

export type RefundStatus = 'refunding' | 'refunded' | 'failed';

export interface Refund {
  id: string;
  paymentId: string;
  status: RefundStatus;
  amount: Money;
  reason: string;
  attempts: number;
  createdAt: Date;
}

/** What an admin sends to give money back. */
export const refundInput = z.strictObject({
  amount: z
    .int()
    .min(1)
    .optional()
    .describe('In minor units of the currency of the payment; absent: all that is left.'),
  reason: z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(500)
    .refine((text) => !/\p{Cc}/u.test(text) && text.isWellFormed(), 'must not hold control characters'),
});

export type RefundInput = z.output<typeof refundInput>;

/** A refund as callers see it: until the provider has confirmed it, it is `pending`. */
export const refund = z.strictObject({
  id: z.uuid(),
  status: z.enum(['pending', 'refunded', 'failed']),
  amount: money,
  reason: z.string(),
  createdAt: z.iso.datetime(),
});

export type RefundDocument = z.output<typeof refund>;

export const toRefundDocument = ({ id, status, amount, reason, createdAt }: Refund): RefundDocument => ({
  id,
  status: status === 'refunding' ? 'pending' : status,
  amount: toMoneyDocument(amount),
  reason,
  createdAt: createdAt.toISOString(),
});
