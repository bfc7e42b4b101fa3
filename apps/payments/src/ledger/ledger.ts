import type { Queryable } from '@fairlead/database';
import type { Money } from '../money/money.ts';
import { bookTransfer } from './ledger-statements.ts';

/** A customer paid: the provider owes the shop the money, and the shop has sold for it. */
export async function bookCapture(transaction: Queryable, paymentId: string, { amount, currency }: Money) {
  await transaction.query(bookTransfer, [paymentId, null, currency, 'provider_receivable', 'sales', amount.toString()]);
}

/** A customer got money back: the provider owes the shop less. */
export async function bookRefund(
  transaction: Queryable,
  { id, paymentId, amount: { amount, currency } }: { id: string; paymentId: string; amount: Money },
) {
  await transaction.query(bookTransfer, [paymentId, id, currency, 'refunds', 'provider_receivable', amount.toString()]);
}
