import type { Database, Queryable, Row } from '@fairlead/database';
import { randomUUID } from 'node:crypto';
import { resumeClaim, type Claim, type KeyUse } from '../idempotency/claim.ts';
import { bookRefund } from '../ledger/ledger.ts';
import { formatMoney } from '../money/money.ts';
import { insertEvent } from '../outbox/outbox-statements.ts';
import { paymentNotFound } from '../payment/payment-problems.ts';
import { addRefunded, lockPayment } from '../payment/payment-statements.ts';
import { toPayment } from '../payment/payment-store.ts';
import { LeaseLostError, type Leased } from '../recovery/lease.ts';
import { toFinalRefundAnswer } from './refund-answer.ts';
import { notCaptured, refundTooLarge } from './refund-problems.ts';
import * as statements from './refund-statements.ts';
import type { Refund, RefundInput, RefundStatus } from './refund.ts';

/** The refunds in the database. */
export interface RefundStore {
  find(id: string): Promise<Refund | undefined>;
  /** Those of payments, the oldest first. */
  list(paymentIds: readonly string[]): Promise<Refund[]>;
  /** Sets money of a payment aside to be given back, or finds the refund that its key made.
   * @throws {Problem} where the payment has not so much left, or the key is in use */
  claim(use: KeyUse, paymentId: string, input: RefundInput): Promise<Claim<Refund>>;
  takeDue(limit: number): Promise<Leased<Refund>[]>;
  /** Ends it and, in the same transaction, books it, keeps the answer and writes the event.
   * @throws {LeaseLostError} */
  end(work: Leased<Refund>, status: 'refunded' | 'failed'): Promise<Refund>;
  release(work: Leased<Refund>, dueInMs: number): Promise<void>;
}

export function createRefundStore(database: Database, { leaseMs }: { leaseMs: number }): RefundStore {
  const take = async (id: string): Promise<Leased<Refund> | undefined> => {
    const lease = randomUUID();
    const [row] = await database.query(statements.takeRefund, [id, lease, leaseMs]);
    return row && { row: toRefund(row), lease };
  };
  const find = async ({ callerId, key }: KeyUse, queryable: Queryable) =>
    (await queryable.query(statements.findRefundByKey, [callerId, key]))[0];

  return {
    async find(id) {
      const [row] = await database.query(statements.findRefund, [id]);
      return row && toRefund(row);
    },
    async list(paymentIds) {
      if (paymentIds.length === 0) return [];
      return (await database.query(statements.listRefunds, [JSON.stringify(paymentIds)])).map(toRefund);
    },
    async claim(use, paymentId, input) {
      for (;;) {
        const work = await database.transaction(async (transaction) => {
          const lock = await transaction.query(lockPayment, [paymentId]);
          // Only now: a request with the same key may have taken all that was left.
          if (await find(use, transaction)) return undefined;
          const amount = decideAmount(lock.map(toPayment)[0], paymentId, input);
          return insert(transaction, use, { paymentId, amount, reason: input.reason, leaseMs });
        });
        if (work) return { work };
        const found = await find(use, database);
        if (found) return resumeClaim(found, use, take);
      }
    },
    async takeDue(limit) {
      const lease = randomUUID();
      const rows = await database.query(statements.takeDueRefunds, [lease, leaseMs, limit]);
      return rows.map((row) => ({ row: toRefund(row), lease }));
    },
    end: (work, status) => database.transaction((transaction) => end(transaction, work, status)),
    async release({ row: { id }, lease }, dueInMs) {
      await database.query(statements.releaseRefund, [id, lease, dueInMs]);
    },
  };
}

function decideAmount(
  payment: ReturnType<typeof toPayment> | undefined,
  paymentId: string,
  { amount }: RefundInput,
): Refund['amount'] {
  if (!payment) throw paymentNotFound(`no payment has the id ${paymentId}`);
  if (payment.status !== 'captured' || !payment.total) throw notCaptured('the payment was not captured');
  const { currency } = payment.total;
  const left = payment.total.amount - payment.refunded;
  const wanted = amount === undefined ? left : BigInt(amount);
  if (wanted > 0n && wanted <= left) return { amount: wanted, currency };
  throw refundTooLarge(`of the payment ${formatMoney({ amount: left, currency })} can still be refunded`);
}

async function insert(
  transaction: Queryable,
  { callerId, key, fingerprints: [fingerprint] }: KeyUse,
  {
    paymentId,
    amount: { amount, currency },
    reason,
    leaseMs,
  }: Pick<Refund, 'paymentId' | 'amount' | 'reason'> & {
    leaseMs: number;
  },
): Promise<Leased<Refund> | undefined> {
  const lease = randomUUID();
  const text = amount.toString();
  const values = [paymentId, callerId, text, currency, reason, key, fingerprint, lease, leaseMs] as const;
  const [row] = await transaction.query(statements.insertRefund, values);
  if (!row) return undefined;
  await transaction.query(addRefunded, [paymentId, text]);
  return { row: toRefund(row), lease };
}

async function end(
  transaction: Queryable,
  { row: { id, paymentId, amount }, lease }: Leased<Refund>,
  status: 'refunded' | 'failed',
): Promise<Refund> {
  const [row] = await transaction.query(statements.endRefund, [id, lease, status]);
  if (!row) throw new LeaseLostError('the refund was taken over by another worker');
  const refund = toRefund(row);
  const answer = toFinalRefundAnswer(refund);
  await transaction.query(statements.keepRefundAnswer, [id, answer.status, JSON.stringify(answer.body)]);
  if (status === 'refunded') {
    await bookRefund(transaction, refund);
    await transaction.query(insertEvent, [paymentId, 'payment.refunded']);
  } else {
    await transaction.query(addRefunded, [paymentId, (-amount.amount).toString()]);
  }
  return refund;
}

type RefundRow = Row<(typeof statements.findRefund)['columns']>;

const toRefund = (row: RefundRow): Refund => ({
  id: row.id,
  paymentId: row.payment_id,
  status: row.status as RefundStatus,
  amount: { amount: BigInt(row.amount), currency: row.currency },
  reason: row.reason,
  attempts: row.attempts,
  createdAt: row.created_at,
});
