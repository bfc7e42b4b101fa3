import { testUsers } from '@fairlead/auth/testing';
import fc from 'fast-check';
import request from 'supertest';
import { expect, test } from 'vitest';
import { buy, CARD, refund, sendAs, startPayments, WEBHOOK_KEY } from '../test/start-payments.ts';
import { paymentsContract } from './contract.ts';
import type { PaymentDocument } from './payment/payment.ts';

test('every route is in the OpenAPI document, and nothing else is', async () => {
  const { app } = await startPayments();
  const { paths } = (await request(app).get('/openapi.json').expect(200)).body as { paths: Record<string, object> };
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  const routes = Object.values(paymentsContract.routes).map(
    ({ method, path }) => `${method} ${path.replace(':id', '{id}')}`,
  );
  expect(documented.sort()).toEqual(routes.sort());
});

test('the database is told of where dependencies are asked for', async () => {
  const { app } = await startPayments();
  const response = await request(app).get('/healthz').expect(200);
  expect(response.body).toEqual({ status: 'pass', checks: { database: { status: 'pass' } } });
});

test('a field that the contract does not name is refused, wherever it stands', async () => {
  const payments = await startPayments();
  const items = [{ productId: payments.catalog.stock.add(), quantity: 1 }];
  const name = fc.string({ minLength: 1 }).filter((text) => !['items', 'card', '__proto__'].includes(text));
  await fc.assert(
    fc.asyncProperty(name, fc.jsonValue(), async (field, value) => {
      const test = request(payments.app)
        .post('/payments')
        .set('Idempotency-Key', 'same')
        .send({ items, card: CARD, [field]: value });
      expect((await sendAs(testUsers.customer, payments, test)).status).toBe(400);
    }),
    { numRuns: 30 },
  );
});

test('no card, code or key is logged or kept, whatever goes wrong', async () => {
  const payments = await startPayments();
  const number = '4000056655665556';
  const card = { ...CARD, number, cvc: '9173' };
  const { id } = (await buy(payments, { card })).body as PaymentDocument;
  await refund(payments, id);
  for (const fault of ['lost', 'unanswered', 'broken'] as const) {
    payments.provider.faults.find = () => fault;
    await buy(payments, { card });
  }
  payments.provider.apiKey = 'another-key-0123456789';
  payments.provider.faults.find = undefined;
  await buy(payments, { card });
  await buy(payments, { card: { ...card, expiryMonth: '9173' } });
  await buy(payments, { card: { ...card, number: `${number}0` } });
  await request(payments.app).post('/payments/webhooks').set('Provider-Signature', WEBHOOK_KEY).send({ number });
  expect(payments.log.length).toBeGreaterThan(5);
  const rows = await payments.sql('SELECT to_jsonb(payments) AS row FROM payments');
  for (const text of [payments.log.join(''), JSON.stringify(rows)]) {
    for (const secret of [number, `"9173"`, 'test-api-key-0123456789', WEBHOOK_KEY]) expect(text).not.toContain(secret);
  }
});
