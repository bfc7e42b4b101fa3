import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  buy,
  CARD,
  DECLINED_CARD,
  findImbalance,
  look,
  RECOVERING,
  refund,
  startPayments,
  type TestPayments,
} from '../test/start-payments.ts';
import type { PaymentDocument } from './payment/payment.ts';
import type { Fault } from '../test/start-provider.ts';

/** `FAIRLEAD_SEED` replays a run that failed; fast-check prints the seed with it. */
const SEED = process.env.FAIRLEAD_SEED;

type Operation = 'authorise' | 'find' | 'capture' | 'void' | 'refund';

/** What is known of a purchase from outside: its answers, and what was asked to be given back. */
interface Purchase {
  key: string;
  items: object[];
  card: typeof CARD;
  answer?: string;
  id?: string;
}

interface Model {
  purchases: Purchase[];
}

interface Real {
  payments: TestPayments;
}

type Command = fc.AsyncCommand<Model, Real>;

const PRICE = 1250;

/** Sends a new purchase a number of times at once. */
class Buy implements Command {
  readonly times: number;
  readonly isDeclined: boolean;
  constructor(times: number, isDeclined: boolean) {
    this.times = times;
    this.isDeclined = isDeclined;
  }
  check = () => true;
  async run(model: Model, { payments }: Real) {
    const items = [{ productId: payments.catalog.stock.add(), quantity: 2 }];
    const purchase: Purchase = { key: randomUUID(), items, card: this.isDeclined ? DECLINED_CARD : CARD };
    model.purchases.push(purchase);
    await sendAtOnce(payments, purchase, this.times);
  }
  toString = () => `buy ${this.times} times${this.isDeclined ? ', declined' : ''}`;
}

/** Sends an earlier purchase again. */
class Repeat implements Command {
  readonly index: number;
  readonly times: number;
  constructor(index: number, times: number) {
    this.index = index;
    this.times = times;
  }
  check = ({ purchases }: Readonly<Model>) => purchases.length > 0;
  async run({ purchases }: Model, { payments }: Real) {
    await sendAtOnce(payments, purchases[this.index % purchases.length]!, this.times);
  }
  toString = () => `repeat ${this.index}, ${this.times} times`;
}

class Refund implements Command {
  readonly index: number;
  readonly amount: number;
  constructor(index: number, amount: number) {
    this.index = index;
    this.amount = amount;
  }
  check = ({ purchases }: Readonly<Model>) => purchases.some(({ id }) => id !== undefined);
  async run({ purchases }: Model, { payments }: Real) {
    const known = purchases.filter(({ id }) => id !== undefined);
    const { id = '' } = known[this.index % known.length]!;
    const body = { amount: this.amount, reason: 'model' };
    const responses = await Promise.all([refund(payments, id, { body }), refund(payments, id, { body })]);
    for (const { status } of responses) expect([201, 202, 409, 422, 503]).toContain(status);
  }
  toString = () => `refund ${this.amount} of ${this.index}`;
}

/** From now on, one operation of the provider goes wrong in one way, or all go well. */
class Disturb implements Command {
  readonly operation: Operation;
  readonly fault: Fault | undefined;
  constructor(operation: Operation, fault: Fault | undefined) {
    this.operation = operation;
    this.fault = fault;
  }
  check = () => true;
  run(_model: Model, { payments }: Real) {
    payments.provider.faults.find = (operation) => (operation === this.operation ? this.fault : undefined);
    return Promise.resolve();
  }
  toString = () => `${this.operation} ${this.fault ?? 'works'}`;
}

/** A final answer, once given, is given to all who send the same, byte for byte. */
async function sendAtOnce(payments: TestPayments, purchase: Purchase, times: number): Promise<void> {
  const responses = await Promise.all(Array.from({ length: times }, () => buy(payments, purchase)));
  for (const { status, body, text } of responses) {
    expect([201, 202, 402, 409, 503]).toContain(status);
    const { code, id } = body as { code?: string; id?: string };
    if (id !== undefined) expect(id).toBe((purchase.id ??= id));
    if (status === 202 || status === 503 || code === 'payments/in-progress') continue;
    expect(text).toBe((purchase.answer ??= text));
  }
  expect(await findImbalance(payments)).toEqual([]);
}

/** With all well again, everything is decided, and every party tells the same. */
async function checkEnd({ purchases }: Model, payments: TestPayments): Promise<void> {
  const { sql, provider, catalog } = payments;
  provider.faults.find = undefined;
  const open = `SELECT id FROM payments WHERE due_at IS NOT NULL UNION ALL
    SELECT id FROM refunds WHERE due_at IS NOT NULL UNION ALL SELECT id FROM outbox WHERE due_at IS NOT NULL`;
  await sql(`UPDATE payments SET due_at = now() WHERE due_at > now() AND lease IS NULL`);
  await sql(`UPDATE refunds SET due_at = now() WHERE due_at > now() AND lease IS NULL`);
  await expect.poll(() => sql(open), { timeout: 15_000, interval: 20 }).toEqual([]);
  expect(await findImbalance(payments)).toEqual([]);
  for (const { id, items } of purchases) {
    if (id === undefined) continue;
    const { status, refunds } = await look(payments, id);
    const charge = provider.charges.get(id);
    const [{ productId } = { productId: '' }] = items as { productId: string }[];
    const isCaptured = status === 'captured';
    expect(charge?.capturedAmount ?? 0).toBe(isCaptured ? 2 * PRICE : 0);
    expect(catalog.stock.count(productId, 'sold')).toBe(isCaptured ? 2 : 0);
    expect(catalog.stock.products.get(productId)?.stock).toBe(1_000_000 - (isCaptured ? 2 : 0));
    const given = refunds.filter((one) => one.status === 'refunded').reduce((sum, one) => sum + one.amount.amount, 0);
    expect(charge?.refundedAmount ?? 0).toBe(given);
    expect(given).toBeLessThanOrEqual(2 * PRICE);
  }
  const paid = purchases.filter(
    ({ answer = '{}' }) => (JSON.parse(answer) as Partial<PaymentDocument>).id !== undefined,
  );
  for (const { id = '' } of paid) expect((await look(payments, id)).status).toBe('captured');
}

const times = fc.integer({ min: 1, max: 4 });
const index = fc.nat(9);

const commands = fc.commands(
  [
    fc.tuple(times, fc.boolean()).map((args) => new Buy(...args)),
    fc.tuple(index, times).map((args) => new Repeat(...args)),
    fc.tuple(index, fc.integer({ min: 1, max: 2600 })).map((args) => new Refund(...args)),
    fc
      .tuple(
        fc.constantFrom<Operation>('authorise', 'find', 'capture', 'void', 'refund'),
        fc.constantFrom<Fault | undefined>('lost', 'unanswered', 'broken', undefined),
      )
      .map((args) => new Disturb(...args)),
  ],
  { maxCommands: 12 },
);

test('whatever is bought, repeated, refunded and disturbed, in any order: one charge for each key, and books that agree', async () => {
  const payments = await startPayments(RECOVERING);
  await fc.assert(
    fc.asyncProperty(commands, async (sequence) => {
      const model: Model = { purchases: [] };
      await fc.asyncModelRun(() => ({ model, real: { payments } }), sequence);
      await checkEnd(model, payments);
    }),
    { numRuns: 15, endOnFailure: true, ...(SEED !== undefined && { seed: Number(SEED) }) },
  );
}, 120_000);
