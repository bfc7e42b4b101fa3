import type { PaymentEvent } from '@fairlead/catalog-api';
import type { Queryable } from '@fairlead/database';
import * as statements from './reservation-statements.ts';

/**
 * What a payment event came to. `contradicted`: the reservation had already ended the other way, so that stock and money
 * disagree and somebody must look.
 */
export type Settlement = 'sold' | 'released' | 'recorded' | 'known' | 'contradicted';

/** Gives the event its effect, unless it had it before: run it in a transaction. Events may come late, twice and in any order. */
export async function settleReservation(transaction: Queryable, event: PaymentEvent): Promise<Settlement> {
  const { id, type, paymentId, occurredAt } = event;
  const [taken] = await transaction.query(statements.insertPaymentEvent, [id, type, paymentId, new Date(occurredAt)]);
  if (!taken) return 'known';
  // What is sent back may never be sold again: stock is counted when it arrives, not when money leaves.
  if (type === 'payment.refunded') return 'recorded';
  return type === 'payment.captured' ? sell(transaction, paymentId) : release(transaction, paymentId);
}

async function sell(transaction: Queryable, id: string): Promise<Settlement> {
  const [sold] = await transaction.query(statements.sellReservation, [id]);
  if (sold) return 'sold';
  return (await findStatus(transaction, id)) === 'sold' ? 'recorded' : 'contradicted';
}

async function release(transaction: Queryable, id: string): Promise<Settlement> {
  const [neverMade] = await transaction.query(statements.insertReleased, [id]);
  if (neverMade) return 'recorded';
  const [released] = await transaction.query(statements.releaseReservation, [id]);
  if (released) {
    await returnStock(transaction, [id]);
    return 'released';
  }
  return (await findStatus(transaction, id)) === 'released' ? 'recorded' : 'contradicted';
}

/** Puts what released reservations held back into stock. */
export async function returnStock(transaction: Queryable, ids: readonly string[]): Promise<void> {
  await transaction.query(statements.lockReservedProducts, [ids]);
  await transaction.query(statements.returnStock, [ids]);
}

async function findStatus(transaction: Queryable, id: string): Promise<string | undefined> {
  const [row] = await transaction.query(statements.findReservation, [id]);
  return row?.status;
}
