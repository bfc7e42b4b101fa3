import { z } from 'zod';
import { passesLuhn } from './cards.ts';

const LARGEST_AMOUNT = 10_000_000_000;

const amount = z.int().min(1).max(LARGEST_AMOUNT);

/** What a charge is asked for with. Amounts are whole minor units of the currency. */
export const chargeRequest = z.strictObject({
  amount,
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be three capital letters'),
  card: z.strictObject({
    number: z
      .string()
      .regex(/^\d{12,19}$/, 'must be 12 to 19 digits')
      .refine(passesLuhn, 'has a wrong check digit'),
    expiryMonth: z.int().min(1).max(12),
    expiryYear: z.int().min(2000).max(2100),
    cvc: z.string().regex(/^\d{3,4}$/, 'must be 3 or 4 digits'),
  }),
});

export const refundRequest = z.strictObject({ amount });

export type ChargeRequest = z.output<typeof chargeRequest>;
export type RefundRequest = z.output<typeof refundRequest>;

export interface Charge {
  id: string;
  status: 'authorised' | 'declined' | 'captured' | 'voided';
  amount: number;
  currency: string;
  declineReason?: string;
  capturedAmount: number;
  refundedAmount: number;
}

export interface Refund {
  id: string;
  amount: number;
  status: 'refunded';
}

/** What the webhook tells. */
export interface ProviderEvent {
  id: string;
  type: 'charge.captured' | 'charge.declined' | 'charge.refunded';
  createdAt: string;
  chargeId: string;
}

/** Why the provider does not do what it was asked to. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}
