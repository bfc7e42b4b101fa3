import { Secret } from '@fairlead/config';
import { z } from 'zod';

/** A card as the customer typed it. It is handed to the provider and to nobody else, and never kept. */
export interface Card {
  number: string;
  expiryMonth: number;
  expiryYear: number;
  cvc: string;
}

/** What may be known of a card: enough for its owner to tell it from another. */
export const cardSummary = z.strictObject({
  brand: z.enum(['visa', 'mastercard', 'amex', 'other']),
  last4: z.string(),
});

export type CardSummary = z.output<typeof cardSummary>;

export const card = z
  .strictObject({
    number: z
      .string()
      .regex(/^\d{12,19}$/, { error: 'must be 12 to 19 digits', abort: true })
      .refine(hasCheckDigit, 'must be a card number without a typing error'),
    expiryMonth: z.int().min(1).max(12),
    expiryYear: z.int().min(2000).max(2099),
    cvc: z.string().regex(/^\d{3,4}$/, 'must be 3 or 4 digits'),
  })
  .transform((parsed) => new Secret<Card>(parsed));

/** ISO/IEC 7812-1, annex B. */
function hasCheckDigit(digits: string): boolean {
  const sum = Array.from(digits, Number)
    .reverse()
    .map((digit, index) => (index % 2 === 0 ? digit : digit * 2 - (digit > 4 ? 9 : 0)))
    .reduce((total, digit) => total + digit, 0);
  return sum % 10 === 0;
}

const BRANDS: readonly (readonly [RegExp, CardSummary['brand']])[] = [
  [/^4/, 'visa'],
  [/^(?:5[1-5]|2[2-7])/, 'mastercard'],
  [/^3[47]/, 'amex'],
];

export const summarizeCard = ({ number }: Card): CardSummary => ({
  brand: BRANDS.find(([prefix]) => prefix.test(number))?.[1] ?? 'other',
  last4: number.slice(-4),
});
