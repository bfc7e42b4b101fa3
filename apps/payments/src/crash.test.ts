import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Response } from 'supertest';
import { expect, test } from 'vitest';
import { killEverywhere, type Demand } from '../test/kill-everywhere.ts';
import { buy, findImbalance, refund, startWorld, type World } from '../test/start-payments.ts';
import type { PaymentDocument } from './payment/payment.ts';
import type { RefundDocument } from './refund/refund.ts';

const PIECES = 3;

const PART = 700;

const differences = (actual: object, expected: object): string[] =>
  isDeepStrictEqual(actual, expected) ? [] : [`${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`];

function preparePurchase(world: World): Promise<Demand> {
  const productId = world.catalog.stock.add({ stock: PIECES });
  const purchase = { key: randomUUID(), items: [{ productId, quantity: PIECES }] };
  return Promise.resolve({
    send: (port) => buy({ ...world, port }, purchase),
    isDecided: ({ status, body }) => status === 201 || (body as { code?: string }).code === 'payments/abandoned',
    findFaults: (last) => findPurchaseFaults(world, { key: purchase.key, productId }, last),
  });
}

/** Whether money, books, stock and what the customer was told agree. */
async function findPurchaseFaults(
  { sql, provider, catalog: { stock } }: World,
  { key, productId }: { key: string; productId: string },
  { status, body }: Response,
): Promise<string[]> {
  const isPaid = status === 201;
  const rows = await sql<{ id: string; booked: number }>(
    `SELECT id, (SELECT count(*)::integer FROM ledger_transfers WHERE payment_id = payments.id) AS booked
     FROM payments WHERE idempotency_key = $1`,
    [key],
  );
  const [{ id, booked } = { id: '', booked: 0 }] = rows;
  const actual = {
    // A charge that the provider never saw is as good as one that was voided.
    charge: provider.charges.get(id)?.status ?? 'voided',
    booked,
    left: stock.products.get(productId)?.stock,
    sold: stock.count(productId, 'sold'),
    answered: isPaid ? (body as PaymentDocument).id : id,
  };
  const paid = { charge: 'captured', booked: 1, left: 0, sold: PIECES };
  const unpaid = { charge: 'voided', booked: 0, left: PIECES, sold: 0 };
  return differences(actual, { ...(isPaid ? paid : unpaid), answered: id });
}

async function prepareRefund(world: World, port: number): Promise<Demand> {
  const { id: paymentId } = (await buy({ ...world, port })).body as PaymentDocument;
  const use = { key: randomUUID(), body: { amount: PART, reason: 'crash' } };
  return {
    send: (to) => refund({ ...world, port: to }, paymentId, use),
    isDecided: ({ status }) => status === 201,
    findFaults: ({ body }) => findRefundFaults(world, paymentId, body as RefundDocument),
  };
}

/** Whether the money was given back once, booked once, told once, and as the admin was told. */
async function findRefundFaults({ sql, provider }: World, paymentId: string, answer: RefundDocument) {
  const [row] = await sql(
    `SELECT refunded::integer AS "setAside",
       (SELECT array_agg(id || ' ' || status) FROM refunds WHERE payment_id = payments.id) AS refunds,
       (SELECT sum(amount)::integer FROM ledger_entries JOIN ledger_transfers ON ledger_transfers.id = transfer_id
        WHERE payment_id = payments.id AND account = 'refunds') AS booked,
       (SELECT count(*)::integer FROM outbox WHERE payment_id = payments.id AND type = 'payment.refunded') AS events
     FROM payments WHERE id = $1`,
    [paymentId],
  );
  const actual = { ...row, given: provider.charges.get(paymentId)?.refundedAmount };
  const refunds = [`${answer.id} refunded`];
  return differences(actual, { setAside: PART, refunds, booked: PART, events: 1, given: PART });
}

test('a process that is killed at any message of a purchase loses none, charges none twice, and leaves stock and books right', async () => {
  const world = await startWorld();
  const { parties, faults } = await killEverywhere(world, () => preparePurchase(world));
  expect(parties).toEqual(new Set(['database', 'users', 'catalog', 'provider']));
  expect(faults).toEqual([]);
  expect(await findImbalance(world)).toEqual([]);
  const [counts] = await world.sql(
    `SELECT (SELECT count(*) FROM payments WHERE status = 'captured') = (SELECT count(*) FROM ledger_transfers) AS agree`,
  );
  expect(counts).toEqual({ agree: true });
}, 180_000);

test('a process that is killed at any message of a refund gives the money back once, and leaves the books right', async () => {
  const world = await startWorld();
  const { parties, faults } = await killEverywhere(world, (port) => prepareRefund(world, port));
  expect(parties).toEqual(new Set(['database', 'provider']));
  expect(faults).toEqual([]);
  expect(await findImbalance(world)).toEqual([]);
}, 180_000);
