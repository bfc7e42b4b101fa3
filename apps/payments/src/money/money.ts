import type { money } from '@fairlead/catalog-api';
import type { z } from 'zod';

/** Whole minor units of an ISO 4217 currency: 1250 EUR is €12.50, 1250 JPY is ¥1,250. */
export interface Money {
  amount: bigint;
  currency: string;
}

/** Money in a document. Every amount here is below 2^53: at most 50 lines of 1,000 pieces at 10^8 each. */
export type MoneyDocument = z.output<typeof money>;

export const toMoneyDocument = ({ amount, currency }: Money): MoneyDocument => ({ amount: Number(amount), currency });

/** Writes money for people, with the decimals that ISO 4217 gives its currency: `12.50 EUR`, `1250 JPY`, `1.250 KWD`. */
export function formatMoney({ amount, currency }: Money): string {
  const decimals = decimalsOf(currency);
  const sign = amount < 0n ? '-' : '';
  const digits = (amount < 0n ? -amount : amount).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  return `${sign}${whole}${decimals > 0 ? `.${digits.slice(-decimals)}` : ''} ${currency}`;
}

/** https://tc39.es/ecma402/#sec-currencydigits */
const decimalsOf = (currency: string): number =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
