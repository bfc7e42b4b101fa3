import { testUsers } from '@fairlead/auth/testing';
import { randomUUID } from 'node:crypto';
import request from 'supertest';
import { describe, expect, test } from 'vitest';
import {
  buy,
  CARD,
  DECLINED_CARD,
  findImbalance,
  look,
  refund,
  sendAs,
  startPayments,
} from '../../test/start-payments.ts';
import type { PaymentDocument } from './payment.ts';

test('a purchase is paid, booked and answered with its path', async () => {
  const payments = await startPayments();
  const productId = payments.catalog.stock.add({ stock: 5 });
  const response = await buy(payments, { items: [{ productId, quantity: 2 }] });
  expect(response.status).toBe(201);
  const body = response.body as PaymentDocument;
  expect(body).toMatchObject({
    status: 'captured',
    items: [{ productId, quantity: 2, price: { amount: 1250, currency: 'EUR' } }],
    total: { amount: 2500, currency: 'EUR' },
    card: { brand: 'visa', last4: '4242' },
    failure: null,
    refunds: [],
  });
  expect(response.headers.location).toBe(`/payments/${body.id}`);
  expect(payments.provider.charges.get(body.id)).toMatchObject({ status: 'captured', capturedAmount: 2500 });
  expect(payments.catalog.stock.reservations.get(body.id)?.status).toBe('committed');
  expect(await look(payments, body.id)).toEqual(body);
  const entries = await payments.sql('SELECT account, amount FROM ledger_entries ORDER BY account');
  expect(entries).toEqual([
    { account: 'provider_receivable', amount: '2500' },
    { account: 'sales', amount: '-2500' },
  ]);
});

describe('a purchase that cannot be', () => {
  test.each([
    ['of more than there is', 409, 'payments/out-of-stock', { stock: 1 }],
    ['of what costs nothing', 422, 'payments/nothing-to-pay', { price: { amount: 0, currency: 'EUR' } }],
  ])('%s charges nothing', async (_title, status, code, product) => {
    const payments = await startPayments();
    const productId = payments.catalog.stock.add(product);
    const response = await buy(payments, { items: [{ productId, quantity: 2 }] });
    expect(response.status).toBe(status);
    expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(response.body).toMatchObject({ status, code });
    expect(payments.provider.calls).toEqual([]);
  });

  test('of a product that does not exist charges nothing', async () => {
    const payments = await startPayments();
    const response = await buy(payments, { items: [{ productId: randomUUID(), quantity: 1 }] });
    expect(response.body).toMatchObject({ status: 422, code: 'payments/product-unknown' });
    expect(payments.provider.calls).toEqual([]);
  });

  test('in two currencies gives back the stock that it took', async () => {
    const payments = await startPayments({ PUBLISH_INTERVAL_MS: '20' });
    const { stock } = payments.catalog;
    const euros = stock.add({ stock: 3 });
    const yen = stock.add({ price: { amount: 100, currency: 'JPY' } });
    const items = [euros, yen].map((productId) => ({ productId, quantity: 3 }));
    expect((await buy(payments, { items })).body).toMatchObject({ status: 422, code: 'payments/mixed-currencies' });
    await expect.poll(() => stock.products.get(euros)?.stock).toBe(3);
  });

  test('with a declined card says why, and gives back the stock', async () => {
    const payments = await startPayments({ PUBLISH_INTERVAL_MS: '20' });
    const productId = payments.catalog.stock.add({ stock: 2 });
    const response = await buy(payments, { items: [{ productId, quantity: 2 }], card: DECLINED_CARD });
    expect(response.status).toBe(402);
    expect(response.body).toMatchObject({
      code: 'payments/declined',
      detail: 'the card was declined: insufficient-funds',
    });
    await expect.poll(() => payments.catalog.stock.products.get(productId)?.stock).toBe(2);
  });

  test.each(['suspended', 'unknown'] as const)('by an account that is %s leaves nothing behind', async (state) => {
    const payments = await startPayments();
    payments.users[state].add(testUsers.customer.userId);
    const key = randomUUID();
    expect((await buy(payments, { key })).body).toMatchObject({ status: 403, code: 'payments/account-suspended' });
    expect(await payments.sql('SELECT id FROM payments')).toEqual([]);
    expect(payments.catalog.stock.reservations.size).toBe(0);
    payments.users[state].clear();
    expect((await buy(payments, { key })).status).toBe(201);
  });

  test('because its reservation ended sets the money free and takes none', async () => {
    const payments = await startPayments();
    const { stock, faults } = payments.catalog;
    faults.before = (route) => {
      if (route === 'commitReservation') for (const id of stock.reservations.keys()) stock.release(id);
    };
    expect((await buy(payments)).body).toMatchObject({ status: 409, code: 'payments/out-of-stock' });
    expect([...payments.provider.charges.values()]).toMatchObject([{ status: 'voided', capturedAmount: 0 }]);
    expect(await payments.sql('SELECT account FROM ledger_entries')).toEqual([]);
  });

  test.each([
    ['without items', { items: [] }, 'items'],
    [
      'of 51 products',
      { items: Array.from({ length: 51 }, () => ({ productId: randomUUID(), quantity: 1 })) },
      'items',
    ],
    ['of half a piece', { items: [{ productId: randomUUID(), quantity: 0.5 }] }, 'items.0.quantity'],
    ['of no piece', { items: [{ productId: randomUUID(), quantity: 0 }] }, 'items.0.quantity'],
    [
      'of more pieces than are sold at once',
      { items: [{ productId: randomUUID(), quantity: 1001 }] },
      'items.0.quantity',
    ],
    ['with a price of its own', { items: [{ productId: randomUUID(), quantity: 1, price: 1 }] }, 'items.0.price'],
    ['with a mistyped card', { card: { ...CARD, number: '4242424242424241' } }, 'card.number'],
    ['with a card of 11 digits', { card: { ...CARD, number: '42424242420' } }, 'card.number'],
    ['with a card of 20 digits', { card: { ...CARD, number: '42424242424242424242' } }, 'card.number'],
    ['with a month that does not exist', { card: { ...CARD, expiryMonth: 13 } }, 'card.expiryMonth'],
    ['with a code of letters', { card: { ...CARD, cvc: 'abc' } }, 'card.cvc'],
    ['with a field of its own in the card', { card: { ...CARD, pin: '1234' } }, 'card.pin'],
  ])('%s is refused by name and not kept', async (_title, changes, field) => {
    const payments = await startPayments();
    const response = await buy(payments, changes);
    expect(response.status).toBe(400);
    expect(response.body).toMatchObject({ code: 'request/invalid', errors: [{ field }] });
    expect(await payments.sql('SELECT id FROM payments')).toEqual([]);
  });

  test('naming a product twice, once in capitals, is refused', async () => {
    const payments = await startPayments();
    const productId = payments.catalog.stock.add();
    const items = [productId, productId.toUpperCase()].map((id) => ({ productId: id, quantity: 1 }));
    expect((await buy(payments, { items })).status).toBe(400);
  });
});

describe('a payment', () => {
  test('is seen by its owner and by admins, and does not exist for others', async () => {
    const payments = await startPayments();
    const { id } = (await buy(payments)).body as PaymentDocument;
    const path = `/payments/${id}`;
    const statuses = [];
    for (const caller of Object.values(testUsers)) {
      statuses.push((await sendAs(caller, payments, request(payments.app).get(path))).status);
    }
    expect(statuses).toEqual([200, 404, 200]);
    expect((await request(payments.app).get(path)).status).toBe(401);
  });

  test('is the same under its id in capitals, with a key too', async () => {
    const payments = await startPayments();
    const paid = (await buy(payments)).body as PaymentDocument;
    const key = randomUUID();
    const first = await refund(payments, paid.id.toUpperCase(), { key });
    expect(first.headers.location).toBe(`/payments/${paid.id}`);
    expect((await refund(payments, paid.id, { key })).text).toBe(first.text);
    const found = request(payments.app).get(`/payments/${paid.id.toUpperCase()}`);
    const { status, body } = await sendAs(testUsers.customer, payments, found);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: paid.id, refunds: [{ status: 'refunded' }] });
  });

  test('that nobody made is not found, and named as it would be', async () => {
    const payments = await startPayments();
    const id = randomUUID();
    const found = request(payments.app).get(`/payments/${id.toUpperCase()}`);
    const { body } = await sendAs(testUsers.admin, payments, found);
    const detail = `no payment has the id ${id}`;
    expect(body).toMatchObject({ status: 404, code: 'payments/payment-not-found', detail });
  });

  test('is listed for its owner alone, the newest first, page by page', async () => {
    const payments = await startPayments();
    const ids: string[] = [];
    for (let count = 0; count < 5; count++) ids.unshift(((await buy(payments)).body as PaymentDocument).id);
    await buy(payments, { caller: testUsers.otherCustomer });
    const found: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: object = { limit: 2, ...(cursor !== '' && { cursor }) };
      const list = request(payments.app).get('/payments').query(query);
      const page = (await sendAs(testUsers.customer, payments, list)).body as {
        items: PaymentDocument[];
        nextCursor: string | null;
      };
      found.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(found).toEqual(ids);
  });
});

describe('a refund', () => {
  test('of all that was paid is given back, booked and shown with the payment', async () => {
    const payments = await startPayments();
    const { id } = (await buy(payments)).body as PaymentDocument;
    const response = await refund(payments, id);
    expect(response.status).toBe(201);
    expect(response.body).toMatchObject({ status: 'refunded', amount: { amount: 2500, currency: 'EUR' } });
    expect(payments.provider.charges.get(id)?.refundedAmount).toBe(2500);
    expect((await look(payments, id)).refunds).toEqual([response.body]);
    expect(await findImbalance(payments)).toEqual([]);
    const [sums] = await payments.sql(
      `SELECT sum(amount) FILTER (WHERE account = 'refunds') AS refunds,
        sum(amount) FILTER (WHERE account = 'provider_receivable') AS receivable FROM ledger_entries`,
    );
    expect(sums).toEqual({ refunds: '2500', receivable: '0' });
  });

  test('can be made in parts, and never of more than is left', async () => {
    const payments = await startPayments();
    const { id } = (await buy(payments)).body as PaymentDocument;
    expect((await refund(payments, id, { body: { amount: 1500, reason: 'one of two' } })).status).toBe(201);
    const tooLarge = await refund(payments, id, { body: { amount: 1001, reason: 'more' } });
    expect(tooLarge.body).toMatchObject({
      status: 422,
      code: 'payments/refund-too-large',
      detail: 'of the payment 10.00 EUR can still be refunded',
    });
    expect((await refund(payments, id, { body: { amount: 1000, reason: 'the rest' } })).status).toBe(201);
    expect((await refund(payments, id)).body).toMatchObject({ code: 'payments/refund-too-large' });
  });

  test('asked for by many at once never gives back more than was paid', async () => {
    const payments = await startPayments();
    const { id } = (await buy(payments)).body as PaymentDocument;
    const responses = await Promise.all(
      Array.from({ length: 10 }, () => refund(payments, id, { body: { amount: 600, reason: 'again' } })),
    );
    expect(responses.map(({ status }) => status).filter((status) => status === 201)).toHaveLength(4);
    expect(payments.provider.charges.get(id)?.refundedAmount).toBe(2400);
    expect(await findImbalance(payments)).toEqual([]);
  });

  test('that the provider refuses is final, and its money can be given back otherwise', async () => {
    const payments = await startPayments();
    const { id } = (await buy(payments)).body as PaymentDocument;
    payments.provider.charges.get(id)!.refundedAmount = 2000;
    const key = randomUUID();
    const refused = await refund(payments, id, { key });
    expect(refused.body).toMatchObject({ status: 409, code: 'payments/refund-refused' });
    expect((await refund(payments, id, { key })).text).toBe(refused.text);
    expect((await refund(payments, id, { body: { amount: 500, reason: 'what is left' } })).status).toBe(201);
  });

  test('of a payment that was declined, or that nobody made, is refused', async () => {
    const payments = await startPayments();
    await buy(payments, { card: DECLINED_CARD });
    const [row] = await payments.sql<{ id: string }>('SELECT id FROM payments');
    expect((await refund(payments, row!.id)).body).toMatchObject({ status: 409, code: 'payments/not-captured' });
    expect((await refund(payments, randomUUID())).status).toBe(404);
  });

  test('is for admins', async () => {
    const payments = await startPayments();
    const { id } = (await buy(payments)).body as PaymentDocument;
    expect((await refund(payments, id, { caller: testUsers.customer })).status).toBe(403);
  });
});
