import { createHmac, randomUUID } from 'node:crypto';
import request from 'supertest';
import { expect, test } from 'vitest';
import { buy, look, startPayments, WEBHOOK_KEY, type TestPayments } from '../../test/start-payments.ts';
import type { PaymentDocument } from '../payment/payment.ts';

const FAST = { RECONCILE_INTERVAL_MS: '20' };

const event = (chargeId: string) =>
  JSON.stringify({ id: randomUUID(), type: 'charge.captured', createdAt: '2026-11-21T10:00:00.000Z', chargeId });

function deliver({ app }: TestPayments, body: string, key = WEBHOOK_KEY) {
  const time = Math.floor(Date.now() / 1000);
  const digest = createHmac('sha256', key).update(`${time}.${body}`).digest('hex');
  return request(app)
    .post('/payments/webhooks')
    .set({ 'Provider-Signature': `t=${time},v1=${digest}`, 'Content-Type': 'application/json' })
    .send(body);
}

/** A payment of which the provider knows more than the shop, and which is not looked at for long. */
async function startPending() {
  const payments = await startPayments(FAST);
  payments.provider.faults.find = (operation) => (operation === 'capture' ? 'unanswered' : undefined);
  const { id } = (await buy(payments)).body as PaymentDocument;
  await payments.sql(`UPDATE payments SET due_at = now() + interval '1 hour'`);
  payments.provider.faults.find = undefined;
  return { payments, id };
}

test('a signed webhook makes a pending payment be looked at, and the provider be asked', async () => {
  const { payments, id } = await startPending();
  await deliver(payments, event(id)).expect(204);
  await expect.poll(async () => (await look(payments, id)).status).toBe('captured');
});

test('what a webhook says is not believed', async () => {
  const { payments, id } = await startPending();
  payments.provider.charges.get(id)!.status = 'voided';
  await deliver(payments, event(id)).expect(204);
  await expect.poll(async () => (await look(payments, id)).status).toBe('failed');
});

test('the same event has no effect twice', async () => {
  const { payments, id } = await startPending();
  const body = event(id);
  await deliver(payments, body).expect(204);
  await expect.poll(async () => (await look(payments, id)).status).toBe('captured');
  const calls = payments.provider.calls.length;
  for (let count = 0; count < 3; count++) await deliver(payments, body).expect(204);
  expect(payments.provider.calls).toHaveLength(calls);
  expect(await payments.sql('SELECT id FROM webhook_events')).toHaveLength(1);
  expect(await payments.sql('SELECT id FROM ledger_transfers')).toHaveLength(1);
});

test('a forged webhook is refused and does nothing', async () => {
  const { payments, id } = await startPending();
  const body = event(id);
  const forged = [
    deliver(payments, body, 'a-key-that-is-not-the-key'),
    deliver(payments, body).unset('Provider-Signature'),
    deliver(payments, body).set('Provider-Signature', 't=1,v1=00'),
    request(payments.app).post('/payments/webhooks').type('json').send(body),
  ];
  for (const attempt of forged) {
    const response = await attempt;
    expect(response.status).toBe(401);
    expect(response.body).toMatchObject({ code: 'payments/webhook-signature' });
  }
  expect(await payments.sql('SELECT id FROM webhook_events')).toEqual([]);
  expect((await look(payments, id)).status).toBe('pending');
});

test('the bytes are signed, and not what they mean', async () => {
  const { payments, id } = await startPending();
  const body = event(id);
  await deliver(payments, body).send(' ').expect(401);
  await deliver(payments, body).expect(204);
});

test('what was signed before the key was rotated is still taken', async () => {
  const { payments, id } = await startPending();
  const arn = payments.config.paymentProviderSecretArn;
  const account = JSON.parse(payments.secretTexts[arn] ?? '') as object;
  payments.secrets.put(arn, JSON.stringify({ ...account, webhookKey: 'rotated-webhook-key-0123' }));
  await deliver(payments, event(id)).expect(204);
  await deliver(payments, event(id), 'rotated-webhook-key-0123').expect(204);
});

test('an event of a kind that is not known yet, or of a charge that is not ours, is taken', async () => {
  const payments = await startPayments();
  const body = { id: 'evt_1', type: 'charge.disputed', createdAt: 'today', chargeId: randomUUID(), amount: 5 };
  await deliver(payments, JSON.stringify(body)).expect(204);
});

test('a purchase that waits for its customer is not given up because of a webhook', async () => {
  const payments = await startPayments(FAST);
  payments.catalog.faults.before = () => {
    throw new Error('catalog is down');
  };
  const key = randomUUID();
  const items = [{ productId: payments.catalog.stock.add(), quantity: 1 }];
  expect((await buy(payments, { key, items })).status).toBe(503);
  const [row] = await payments.sql<{ id: string }>('SELECT id FROM payments');
  await deliver(payments, event(row!.id)).expect(204);
  payments.catalog.faults.before = undefined;
  expect((await buy(payments, { key, items })).status).toBe(201);
});
