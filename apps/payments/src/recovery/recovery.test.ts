import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { startProxy } from '../../test/proxy.ts';
import { spawnPayments } from '../../test/spawn-payments.ts';
import {
  buy,
  DECLINED_CARD,
  findImbalance,
  look,
  RECOVERING,
  refund,
  startPayments,
  startWorld,
  type TestPayments,
} from '../../test/start-payments.ts';
import { startSecretsManager } from '../../test/start-secrets-manager.ts';
import type { PaymentDocument } from '../payment/payment.ts';
import { backoffMs } from './lease.ts';
import { reconcile } from './reconcile.ts';

const SOON = { timeout: 10_000, interval: 20 };

/** Waits until every payment and refund is over, and every event published. */
async function settle({ sql }: Pick<TestPayments, 'sql'>): Promise<void> {
  const open = `SELECT id FROM payments WHERE due_at IS NOT NULL UNION ALL
    SELECT id FROM refunds WHERE due_at IS NOT NULL UNION ALL SELECT id FROM outbox WHERE due_at IS NOT NULL`;
  await expect.poll(() => sql(open), SOON).toEqual([]);
}

test('an authorisation whose answer was lost is found at the provider, and captured', async () => {
  const payments = await startPayments(RECOVERING);
  payments.provider.faults.find = (operation) => (operation === 'authorise' ? 'unanswered' : undefined);
  const { id } = (await buy(payments)).body as PaymentDocument;
  await settle(payments);
  expect((await look(payments, id)).status).toBe('captured');
  expect(payments.catalog.stock.reservations.get(id)?.status).toBe('sold');
});

test('a decline whose answer was lost is found at the provider, and the stock given back', async () => {
  const payments = await startPayments(RECOVERING);
  const productId = payments.catalog.stock.add({ stock: 2 });
  payments.provider.faults.find = (operation) => (operation === 'authorise' ? 'unanswered' : undefined);
  const pending = await buy(payments, { items: [{ productId, quantity: 2 }], card: DECLINED_CARD });
  expect(pending.status).toBe(202);
  await settle(payments);
  expect(await look(payments, (pending.body as PaymentDocument).id)).toMatchObject({
    status: 'declined',
    failure: { code: 'payments/declined' },
  });
  expect(payments.catalog.stock.products.get(productId)?.stock).toBe(2);
});

test('an authorisation that never arrived is ruled out at the provider before the payment fails', async () => {
  const payments = await startPayments(RECOVERING);
  const productId = payments.catalog.stock.add({ stock: 2 });
  payments.provider.faults.find = (operation) => (operation === 'authorise' ? 'lost' : undefined);
  const key = randomUUID();
  const items = [{ productId, quantity: 2 }];
  const { id } = (await buy(payments, { key, items })).body as PaymentDocument;
  await settle(payments);
  expect((await look(payments, id)).status).toBe('failed');
  expect(payments.provider.charges.get(id)?.status).toBe('voided');
  expect(payments.catalog.stock.products.get(productId)?.stock).toBe(2);
  expect((await buy(payments, { key, items })).body).toMatchObject({ code: 'payments/abandoned' });
});

test('a capture whose answer was lost is asked for again, and booked once', async () => {
  const payments = await startPayments(RECOVERING);
  payments.provider.faults.find = (operation) => (operation === 'capture' ? 'unanswered' : undefined);
  const { id } = (await buy(payments)).body as PaymentDocument;
  payments.provider.faults.find = undefined;
  await settle(payments);
  expect((await look(payments, id)).status).toBe('captured');
  expect(await payments.sql('SELECT id FROM ledger_transfers')).toHaveLength(1);
});

test('a refund whose answer was lost is pending, asked for again, and booked once', async () => {
  const payments = await startPayments(RECOVERING);
  const { id } = (await buy(payments)).body as PaymentDocument;
  payments.provider.faults.find = (operation) => (operation === 'refund' ? 'unanswered' : undefined);
  const key = randomUUID();
  const pending = await refund(payments, id, { key });
  expect(pending.status).toBe(202);
  expect(pending.body).toMatchObject({ status: 'pending' });
  payments.provider.faults.find = undefined;
  await settle(payments);
  expect((await look(payments, id)).refunds).toMatchObject([{ status: 'refunded' }]);
  expect((await refund(payments, id, { key })).status).toBe(201);
  expect(payments.provider.charges.get(id)?.refundedAmount).toBe(2500);
  expect(await findImbalance(payments)).toEqual([]);
});

test('an outage of catalog after the authorisation ends in a payment', async () => {
  const payments = await startPayments(RECOVERING);
  let isDown = true;
  payments.catalog.faults.before = (route) => {
    if (isDown && route === 'commitReservation') throw new Error('catalog is down');
  };
  const pending = await buy(payments);
  expect(pending.status).toBe(202);
  isDown = false;
  await settle(payments);
  expect((await look(payments, (pending.body as PaymentDocument).id)).status).toBe('captured');
});

test('a rotated API key is read again before the provider counts as down', async () => {
  const payments = await startPayments();
  const arn = payments.config.paymentProviderSecretArn;
  const account = JSON.parse(payments.secretTexts[arn] ?? '') as object;
  payments.provider.apiKey = 'rotated-key-0123456789';
  expect((await buy(payments)).status).toBe(202);
  payments.secrets.put(arn, JSON.stringify({ ...account, apiKey: payments.provider.apiKey }));
  expect((await buy(payments)).status).toBe(201);
});

test('several tasks finish what one left, and none of it twice', async () => {
  const world = await startWorld();
  const first = await startPayments({}, world);
  world.provider.faults.find = (operation) => (operation === 'capture' ? 'unanswered' : undefined);
  const pending = await Promise.all(Array.from({ length: 12 }, () => buy(first)));
  expect(pending.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 202));
  world.provider.faults.find = undefined;
  for (let task = 0; task < 3; task++) await startPayments(RECOVERING, world);
  await settle(world);
  expect(await world.sql(`SELECT id FROM payments WHERE status = 'captured'`)).toHaveLength(12);
  expect(await world.sql('SELECT id FROM ledger_transfers')).toHaveLength(12);
  expect(new Set(world.catalog.stock.deliveries.map(({ id }) => id)).size).toBe(12);
  expect(await findImbalance(world)).toEqual([]);
});

describe('a purchase whose task died before the card was charged', () => {
  /** The purchase, its lease over, and a task that goes on. */
  async function startOrphan() {
    const world = await startWorld();
    const port = await startSecretsManager((arn) => world.secretTexts[arn]);
    const times = { PROVIDER_TIMEOUT_MS: '100', LEASE_MS: '1201' };
    await using dying = await spawnPayments({
      ...world.environment,
      ...times,
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    });
    world.catalog.faults.before = () => {
      dying.kill();
    };
    const purchase = { key: randomUUID(), items: [{ productId: world.catalog.stock.add(), quantity: 1 }] };
    await expect(buy({ ...world, port: dying.port }, purchase)).rejects.toThrow();
    world.catalog.faults.before = undefined;
    await expect.poll(() => world.sql('SELECT id FROM payments WHERE due_at <= now()'), SOON).toHaveLength(1);
    const payments = await startPayments({ ABANDON_MS: '60000' }, world);
    const onError = (error: unknown) => expect.unreachable(String(error));
    const parts = { ...payments.dependencies, onOutage: onError, onError };
    return {
      payments,
      purchase,
      reconcileAfter: async (seconds: number) => {
        await world.sql(`UPDATE payments SET due_at = due_at - $1::integer * interval '1 second'`, [seconds]);
        await reconcile(parts, AbortSignal.timeout(10_000));
        return (await world.sql<{ status: string }>('SELECT status FROM payments'))[0]?.status;
      },
    };
  }

  test('waits for its customer, who can send it again as soon as its lease is over', async () => {
    const { payments, purchase, reconcileAfter } = await startOrphan();
    expect(await reconcileAfter(0)).toBe('created');
    expect(await reconcileAfter(45)).toBe('created');
    expect((await buy(payments, purchase)).status).toBe(201);
  });

  test('is given up when its customer did not come back for as long as was promised', async () => {
    const { payments, purchase, reconcileAfter } = await startOrphan();
    expect(await reconcileAfter(45)).toBe('created');
    expect(await reconcileAfter(15)).toBe('failed');
    expect((await buy(payments, purchase)).body).toMatchObject({ status: 409, code: 'payments/abandoned' });
    expect(payments.provider.calls).toEqual([]);
  });
});

test('a capture after which the money is still only set aside is not the end: it is asked for again', async () => {
  const payments = await startPayments(RECOVERING);
  const productId = payments.catalog.stock.add({ stock: 2 });
  payments.provider.faults.find = (operation) => (operation === 'capture' ? 'ignored' : undefined);
  const pending = await buy(payments, { items: [{ productId, quantity: 2 }] });
  expect(pending.status).toBe(202);
  payments.provider.faults.find = undefined;
  await settle(payments);
  expect((await look(payments, (pending.body as PaymentDocument).id)).status).toBe('captured');
  expect(payments.catalog.stock.count(productId, 'sold')).toBe(2);
});

test('a void after which the money is still set aside is not the end: it is asked for again', async () => {
  const payments = await startPayments(RECOVERING);
  const { stock, faults } = payments.catalog;
  faults.before = (route) => {
    if (route === 'commitReservation') for (const id of stock.reservations.keys()) stock.release(id);
  };
  payments.provider.faults.find = (operation) => (operation === 'void' ? 'ignored' : undefined);
  const pending = await buy(payments);
  expect(pending.status).toBe(202);
  payments.provider.faults.find = undefined;
  await settle(payments);
  const { id } = pending.body as PaymentDocument;
  expect((await look(payments, id)).failure).toMatchObject({ code: 'payments/out-of-stock' });
  expect(payments.provider.charges.get(id)?.status).toBe('voided');
});

describe('what goes wrong while nobody waits', () => {
  test.each(['capture', 'refund'] as const)('is a warning where Postgres is away during a %s', async (interrupted) => {
    const world = await startWorld();
    const target = { name: 'database', port: world.database.config.databasePort };
    const proxy = await startProxy(target, ({ forward }) => {
      forward();
    });
    const payments = await startPayments({ ...RECOVERING, DATABASE_PORT: String(proxy.port) }, world);
    world.provider.faults.find = (operation) => (operation === interrupted ? 'unanswered' : undefined);
    const { id } = (await buy(payments)).body as PaymentDocument;
    if (interrupted === 'refund') expect((await refund(payments, id)).status).toBe(202);
    let closed: PromiseLike<void> | undefined;
    world.provider.faults.find = () => {
      closed ??= proxy[Symbol.asyncDispose]();
      return 'lost';
    };
    await expect.poll(() => payments.log.join(''), SOON).toContain('"payment or refund left as it is"');
    await closed;
    expect(payments.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });

  test('is an error where it is nobody’s outage', async () => {
    const payments = await startPayments(RECOVERING);
    const { stock, faults } = payments.catalog;
    faults.before = (route) => {
      if (route === 'commitReservation') for (const id of stock.reservations.keys()) stock.release(id);
    };
    payments.provider.faults.find = (operation, id) => {
      if (operation === 'void') payments.provider.charges.get(id)!.status = 'captured';
      return undefined;
    };
    expect((await buy(payments)).status).toBe(500);
    await expect.poll(() => payments.log.join(''), SOON).toContain('"payment or refund cannot be finished"');
  });
});

test('a worker that was silent for longer than its lease changes nothing any more', async () => {
  const payments = await startPayments();
  const held = Promise.withResolvers<undefined>();
  const key = randomUUID();
  const items = [{ productId: payments.catalog.stock.add(), quantity: 1 }];
  // The lease is taken away while the first request waits for the provider, as by another task.
  payments.provider.faults.find = (operation) => {
    if (operation !== 'authorise') return undefined;
    void payments.sql('UPDATE payments SET lease = gen_random_uuid()').then(() => {
      held.resolve(undefined);
    });
    return 'unanswered';
  };
  const first = await buy(payments, { key, items });
  await held.promise;
  expect(first.status).toBe(202);
  const [{ id } = { id: '' }] = await payments.sql<{ id: string }>('SELECT id FROM payments');
  expect((await payments.dependencies.payments.find(id))?.status).toBe('authorising');
});

test('the wait between attempts doubles up to a minute, half of it by chance', () => {
  expect([0, 1, 2, 3, 20].map((attempts) => backoffMs(attempts, () => 1))).toEqual([1000, 2000, 4000, 8000, 60_000]);
  expect(backoffMs(3, () => 0)).toBe(4000);
});
