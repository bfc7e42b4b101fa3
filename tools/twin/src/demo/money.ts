/** Money as the API has it: whole minor units of an ISO 4217 currency. */
export interface Money {
  amount: number;
  currency: string;
}

/** Writes money for people: 1250 EUR is €12.50, 1250 JPY is ¥1,250. */
export function formatMoney({ amount, currency }: Money): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amount / 10 ** digits);
}
