import type { Item } from '@fairlead/catalog-api';
import type { Database, Queryable, Row } from '@fairlead/database';
import { randomUUID } from 'node:crypto';
import { resumeClaim, type Claim, type KeyUse } from '../idempotency/claim.ts';
import { bookCapture } from '../ledger/ledger.ts';
import { insertEvent } from '../outbox/outbox-statements.ts';
import { LeaseLostError, type Leased, type RecoveryTimes } from '../recovery/lease.ts';
import type { CardSummary } from './card.ts';
import { toFinalAnswer } from './payment-answer.ts';
import * as statements from './payment-statements.ts';
import {
  checkTransition,
  type Failure,
  type FinalStatus,
  type Line,
  type Payment,
  type PaymentStatus,
} from './payment.ts';

export interface NewPayment {
  items: Item[];
  card: CardSummary;
}

export interface PaymentQuery {
  customerId: string;
  /** The id that the page ends before. */
  before?: string | undefined;
  limit: number;
}

/** How a payment ends: captured, or for a reason. */
export type Ending = { status: 'captured' } | { status: Exclude<FinalStatus, 'captured'>; failure: Failure };

/** The payments in the database. Every change needs the lease, and throws {@link LeaseLostError} without it. */
export interface PaymentStore {
  find(id: string): Promise<Payment | undefined>;
  list(query: PaymentQuery): Promise<Payment[]>;
  /** Makes a payment, or finds the one that its key made.
   * @throws {Problem} `payments/idempotency-key-reused` or `payments/in-progress` */
  claim(use: KeyUse, input: NewPayment): Promise<Claim<Payment>>;
  /** Takes those that are due, for nobody's request. */
  takeDue(limit: number): Promise<Leased<Payment>[]>;
  price(work: Leased<Payment>, lines: Line[], total: { amount: bigint; currency: string }): Promise<Payment>;
  move(work: Leased<Payment>, to: PaymentStatus, failure?: Failure): Promise<Payment>;
  /** Ends it and, in the same transaction, books what was captured, keeps the answer and writes the event. */
  end(work: Leased<Payment>, ending: Ending): Promise<Payment>;
  /** Leaves it to whoever is next, from so many milliseconds on. */
  release(work: Leased<Payment>, dueInMs: number): Promise<void>;
  /** Deletes it with its key, before anything was asked of the provider. */
  discard(work: Leased<Payment>): Promise<void>;
}

export function createPaymentStore(database: Database, { leaseMs, abandonMs }: RecoveryTimes): PaymentStore {
  const take = async (id: string): Promise<Leased<Payment> | undefined> => {
    const lease = randomUUID();
    const [row] = await database.query(statements.takePayment, [id, lease, leaseMs]);
    return row && { row: toPayment(row), lease };
  };
  return {
    async find(id) {
      const [row] = await database.query(statements.findPayment, [id]);
      return row && toPayment(row);
    },
    list: async ({ customerId, before = LAST_ID, limit }) =>
      (await database.query(statements.listPayments, [customerId, before, limit])).map(toPayment),
    async claim(use, input) {
      for (;;) {
        const inserted = await insert(database, use, input, leaseMs);
        if (inserted) return { work: inserted };
        const [found] = await database.query(statements.findPaymentByKey, [use.callerId, use.key]);
        // The key can be gone again: its payment was discarded, or it was swept.
        if (found) return resumeClaim(found, use, take);
      }
    },
    async takeDue(limit) {
      const lease = randomUUID();
      const rows = await database.query(statements.takeDuePayments, [lease, leaseMs, limit, abandonMs]);
      return rows.map((row) => ({ row: toPayment(row), lease }));
    },
    async price({ row: { id }, lease }, lines, { amount, currency }) {
      const values = [id, lease, toJson(lines), amount.toString(), currency, leaseMs] as const;
      return toChanged(await database.query(statements.pricePayment, values));
    },
    async move({ row: { id, status }, lease }, to, failure) {
      checkTransition(status, to);
      const values = [id, lease, status, to, failure?.code ?? null, failure?.detail ?? null, leaseMs] as const;
      return toChanged(await database.query(statements.movePayment, values));
    },
    end: (work, ending) => database.transaction((transaction) => end(transaction, work, ending)),
    async release({ row: { id }, lease }, dueInMs) {
      await database.query(statements.releasePayment, [id, lease, dueInMs]);
    },
    async discard({ row: { id }, lease }) {
      await database.query(statements.discardPayment, [id, lease]);
    },
  };
}

const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

async function insert(
  database: Queryable,
  { callerId, key, fingerprints: [fingerprint] }: KeyUse,
  { items, card }: NewPayment,
  leaseMs: number,
): Promise<Leased<Payment> | undefined> {
  const lease = randomUUID();
  const values = [callerId, toJson(items), card.brand, card.last4, key, fingerprint, lease, leaseMs] as const;
  const [row] = await database.query(statements.insertPayment, values);
  return row && { row: toPayment(row), lease };
}

async function end(
  transaction: Queryable,
  { row: { id, status: from }, lease }: Leased<Payment>,
  ending: Ending,
): Promise<Payment> {
  checkTransition(from, ending.status);
  const { code, detail } = 'failure' in ending ? ending.failure : { code: null, detail: null };
  const values = [id, lease, from, ending.status, code, detail] as const;
  const payment = toChanged(await transaction.query(statements.endPayment, values));
  const answer = toFinalAnswer(payment);
  await transaction.query(statements.keepPaymentAnswer, [id, answer.status, JSON.stringify(answer.body)]);
  if (payment.status === 'captured' && payment.total) await bookCapture(transaction, id, payment.total);
  await transaction.query(insertEvent, [id, payment.status === 'captured' ? 'payment.captured' : 'payment.failed']);
  return payment;
}

function toChanged([row]: PaymentRow[]): Payment {
  if (!row) throw new LeaseLostError('the payment was taken over by another worker');
  return toPayment(row);
}

type PaymentRow = Row<(typeof statements.findPayment)['columns']>;

export function toPayment(row: PaymentRow): Payment {
  const { amount, currency, failure_code: code, failure_detail: detail } = row;
  return {
    id: row.id,
    customerId: row.customer_id,
    status: row.status as PaymentStatus,
    items: row.items as Item[],
    lines: row.lines === null ? null : fromJson(row.lines as JsonLine[]),
    total: amount !== null && currency !== null ? { amount: BigInt(amount), currency } : null,
    refunded: BigInt(row.refunded),
    card: { brand: row.card_brand as CardSummary['brand'], last4: row.card_last4 },
    failure: code !== null && detail !== null ? { code, detail } : null,
    attempts: row.attempts,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

type JsonLine = Item & { price: { amount: string; currency: string } };

const fromJson = (lines: JsonLine[]): Line[] =>
  lines.map(({ price, ...item }) => ({ ...item, price: { ...price, amount: BigInt(price.amount) } }));

/** Amounts as text: JSON numbers are not whole. */
const toJson = (value: readonly object[]): string =>
  JSON.stringify(value, (_name, field: unknown) => (typeof field === 'bigint' ? field.toString() : field));
