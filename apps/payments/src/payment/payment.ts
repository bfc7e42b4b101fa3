import { items, money, type Item } from '@fairlead/catalog-api';
import { z } from 'zod';
import { toMoneyDocument, type Money } from '../money/money.ts';
import { refund, toRefundDocument, type Refund } from '../refund/refund.ts';
import { card, cardSummary, type CardSummary } from './card.ts';

/**
 * Where a payment can go from each status. A status is written before what it is named after is asked of the provider, so
 * that after a crash it tells what the provider may have done.
 */
export const TRANSITIONS = {
  created: ['authorising', 'failed'],
  authorising: ['authorised', 'declined', 'voiding', 'failed'],
  authorised: ['capturing', 'voiding'],
  capturing: ['captured', 'failed'],
  voiding: ['failed'],
  captured: [],
  declined: [],
  failed: [],
} as const satisfies Record<string, readonly string[]>;

export type PaymentStatus = keyof typeof TRANSITIONS;

/** The statuses that a payment never leaves. */
export type FinalStatus = 'captured' | 'declined' | 'failed';

export const isFinal = (status: PaymentStatus): status is FinalStatus => TRANSITIONS[status].length === 0;

/** @throws where a payment cannot go there: a fault of the code, and never of a caller */
export function checkTransition(from: PaymentStatus, to: PaymentStatus): void {
  const allowed: readonly PaymentStatus[] = TRANSITIONS[from];
  if (!allowed.includes(to)) throw new Error(`a payment cannot go from ${from} to ${to}`);
}

/** What a customer sends to buy. */
export const purchase = z.strictObject({ items, card });

/** An item at the price that it had when it was reserved. */
export interface Line extends Item {
  price: Money;
}

export interface Failure {
  code: string;
  detail: string;
}

export interface Payment {
  id: string;
  customerId: string;
  status: PaymentStatus;
  items: Item[];
  /** Null until the products are reserved, and so is `total`. */
  lines: Line[] | null;
  total: Money | null;
  /** Of the total, also what the provider was asked for and has not confirmed yet. */
  refunded: bigint;
  card: CardSummary;
  failure: Failure | null;
  attempts: number;
  createdAt: Date;
  updatedAt: Date;
}

/** A payment as callers see it: until it is decided, it is `pending`. */
export const paymentDocument = z.strictObject({
  id: z.uuid(),
  status: z.enum(['pending', 'captured', 'declined', 'failed']),
  items: z.array(z.strictObject({ productId: z.uuid(), quantity: z.int(), price: money.nullable() })),
  total: money.nullable(),
  card: cardSummary,
  failure: z.strictObject({ code: z.string(), detail: z.string() }).nullable(),
  refunds: z.array(refund),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});

export type PaymentDocument = z.output<typeof paymentDocument>;

export function toPaymentDocument(payment: Payment, refunds: readonly Refund[]): PaymentDocument {
  const { id, status, items, lines, total, failure } = payment;
  const unpriced = items.map(({ productId, quantity }) => ({ productId, quantity, price: null }));
  return {
    id,
    status: isFinal(status) ? status : 'pending',
    items: lines?.map((line) => ({ ...line, price: toMoneyDocument(line.price) })) ?? unpriced,
    total: total && toMoneyDocument(total),
    card: payment.card,
    failure: isFinal(status) ? failure : null,
    refunds: refunds.map(toRefundDocument),
    createdAt: payment.createdAt.toISOString(),
    updatedAt: payment.updatedAt.toISOString(),
  };
}
