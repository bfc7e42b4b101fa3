import { testUsers } from '@fairlead/auth/testing';
import { Database } from '@fairlead/database';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Response } from 'supertest';
import request from 'supertest';
import { describe, expect, test } from 'vitest';
import {
  buy,
  CARD,
  DECLINED_CARD,
  RECOVERING,
  refund,
  sendAs,
  startPayments,
  type TestPayments,
} from '../../test/start-payments.ts';
import { sweep } from '../recovery/sweep.ts';
import type { PaymentDocument } from '../payment/payment.ts';

interface Scenario {
  payments: TestPayments;
  productId: string;
  items: object[];
}

async function start(environment: Readonly<Record<string, string>> = {}): Promise<Scenario> {
  const payments = await startPayments(environment);
  const productId = payments.catalog.stock.add();
  return { payments, productId, items: [{ productId, quantity: 2 }] };
}

const outcome = ({ status, text: body, headers }: Response) => ({
  status,
  body,
  type: headers['content-type']!,
  location: headers.location,
});

/** The body as text, so that a test decides about its bytes. */
async function send({ payments }: Scenario, key: string, body: string): Promise<Response> {
  const test = request(payments.app).post('/payments').set('Idempotency-Key', key);
  return sendAs(testUsers.customer, payments, test.set('Content-Type', 'application/json').send(body));
}

describe('the same request with the same key', () => {
  test.each([
    ['that was paid', 201, 'known', CARD],
    ['that was declined', 402, 'known', DECLINED_CARD],
    ['of more than there is', 409, 'sold', CARD],
    ['of a product that does not exist', 422, 'unknown', CARD],
  ])('%s is answered byte for byte, and charged once', async (_title, status, product, card) => {
    const { payments, productId } = await start();
    const sold = payments.catalog.stock.add({ stock: 0 });
    const ids: Record<string, string> = { known: productId, sold, unknown: randomUUID() };
    const wanted = { items: [{ productId: ids[product], quantity: 2 }], card };
    const key = randomUUID();
    const first = outcome(await buy(payments, { key, ...wanted }));
    expect(first.status).toBe(status);
    // What would now be answered otherwise is still answered as it was.
    payments.catalog.stock.products.get(sold)!.stock = 10;
    for (let count = 0; count < 3; count++) expect(outcome(await buy(payments, { key, ...wanted }))).toEqual(first);
    expect(payments.provider.charges.size).toBeLessThanOrEqual(1);
    expect(await payments.sql('SELECT id FROM payments')).toHaveLength(1);
  });

  test('is answered as it was when the payment has changed since', async () => {
    const { payments, items } = await start();
    const key = randomUUID();
    const first = await buy(payments, { key, items });
    await refund(payments, (first.body as PaymentDocument).id);
    expect(outcome(await buy(payments, { key, items }))).toEqual(outcome(first));
  });

  test('is answered while catalog, users and the provider are down', async () => {
    const { payments, items } = await start();
    const key = randomUUID();
    const first = await buy(payments, { key, items });
    payments.catalog.faults.before = () => {
      throw new Error('catalog is down');
    };
    payments.users.suspended.add(testUsers.customer.userId);
    payments.provider.faults.find = () => 'lost';
    expect(outcome(await buy(payments, { key, items }))).toEqual(outcome(first));
  });

  test('is the same in another order of fields and with other white space', async () => {
    const scenario = await start();
    const { productId } = scenario;
    const key = randomUUID();
    const first = await send(scenario, key, JSON.stringify({ items: scenario.items, card: CARD }));
    expect(first.status).toBe(201);
    const { number, expiryMonth, expiryYear, cvc } = CARD;
    const orders = [
      `{"card":${JSON.stringify(CARD)},"items":[{"quantity":2,"productId":"${productId}"}]}`,
      `{ "items" : [ { "quantity" : 2, "productId" : "${productId}" } ],\n "card" : ${JSON.stringify(CARD, null, 4)} }`,
      `{"items":[{"productId":"${productId.toUpperCase()}","quantity":2.0}],"card":{"cvc":"${cvc}","expiryYear":${expiryYear},
        "expiryMonth":${expiryMonth},"number":"${number}"}}`,
      `{"items":[{"productId":"${productId}","quantity":2e0}],"card":${JSON.stringify(CARD)}}`,
    ];
    for (const body of orders) expect(outcome(await send(scenario, key, body))).toEqual(outcome(first));
    expect(scenario.payments.provider.charges.size).toBe(1);
  });

  test('many times at once is one charge; some are told to wait, the others have the same answer', async () => {
    const { payments, items } = await start();
    const key = randomUUID();
    const responses = await Promise.all(Array.from({ length: 20 }, () => buy(payments, { key, items })));
    const paid = responses.filter(({ status }) => status === 201);
    const waiting = responses.filter(({ status }) => status === 409);
    expect(paid.length + waiting.length).toBe(20);
    expect(new Set(paid.map(({ text: body }) => body)).size).toBe(1);
    for (const { body, headers } of waiting) {
      expect(body).toMatchObject({ code: 'payments/in-progress' });
      expect(headers['retry-after']).toBe('1');
    }
    expect(payments.provider.charges.size).toBe(1);
    expect(payments.provider.calls.filter(({ operation }) => operation === 'capture')).toHaveLength(1);
  });

  test('is told to wait while the first is being worked on', async () => {
    const { payments, items } = await start();
    const key = randomUUID();
    const asked = Promise.withResolvers<undefined>();
    payments.provider.faults.find = () => {
      asked.resolve(undefined);
      return 'silent';
    };
    const first = buy(payments, { key, items });
    await asked.promise;
    expect((await buy(payments, { key, items })).body).toMatchObject({ status: 409, code: 'payments/in-progress' });
    expect((await first).status).toBe(202);
  });

  test('of an account that was suspended is worked on anew', async () => {
    const { payments, items } = await start();
    const key = randomUUID();
    payments.users.suspended.add(testUsers.customer.userId);
    expect((await buy(payments, { key, items })).status).toBe(403);
    payments.users.suspended.clear();
    expect((await buy(payments, { key, items })).status).toBe(201);
  });

  test.each(['users', 'catalog'] as const)('after an outage of %s goes on and is paid once', async (service) => {
    const { payments, items } = await start();
    const key = randomUUID();
    payments.users.faults.isDown = service === 'users';
    payments.catalog.faults.before = () => {
      if (service === 'catalog') throw new Error('catalog is down');
    };
    const failed = await buy(payments, { key, items });
    expect(failed.body).toMatchObject({ status: 503, code: 'payments/dependency-unavailable' });
    expect(failed.headers['retry-after']).toBe('1');
    expect(payments.provider.calls).toEqual([]);
    payments.users.faults.isDown = false;
    payments.catalog.faults.before = undefined;
    expect((await buy(payments, { key, items })).status).toBe(201);
    expect(payments.provider.charges.size).toBe(1);
    expect(payments.catalog.stock.reservations.size).toBe(1);
  });

  test.each(['lost', 'unanswered', 'broken', 'silent'] as const)(
    'after an authorisation that was %s is pending first and paid then',
    async (fault) => {
      const { payments, items } = await start();
      const key = randomUUID();
      payments.provider.faults.find = (operation) => (operation === 'authorise' ? fault : undefined);
      const pending = await buy(payments, { key, items });
      expect(pending.status).toBe(202);
      expect(pending.body).toMatchObject({ status: 'pending', total: { amount: 2500, currency: 'EUR' } });
      payments.provider.faults.find = undefined;
      const paid = await buy(payments, { key, items });
      expect(paid.status).toBe(201);
      expect((paid.body as PaymentDocument).id).toBe((pending.body as PaymentDocument).id);
      expect(paid.headers.location).toBe(pending.headers.location);
      expect(outcome(await buy(payments, { key, items }))).toEqual(outcome(paid));
      expect(payments.provider.charges.size).toBe(1);
    },
  );

  test.each(['lost', 'unanswered', 'broken', 'silent'] as const)(
    'after a capture that was %s is pending first and paid then',
    async (fault) => {
      const { payments, items } = await start();
      const key = randomUUID();
      payments.provider.faults.find = (operation) => (operation === 'capture' ? fault : undefined);
      expect((await buy(payments, { key, items })).status).toBe(202);
      payments.provider.faults.find = undefined;
      expect((await buy(payments, { key, items })).status).toBe(201);
      expect([...payments.provider.charges.values()]).toMatchObject([{ capturedAmount: 2500 }]);
    },
  );

  test('is known under an API key of the provider that was rotated since', async () => {
    const { payments, items } = await start();
    const key = randomUUID();
    const first = await buy(payments, { key, items });
    const arn = payments.config.paymentProviderSecretArn;
    payments.secrets.put(
      arn,
      JSON.stringify({ ...(JSON.parse(payments.secretTexts[arn] ?? '') as object), apiKey: 'rotated-key-0123456789' }),
    );
    expect(outcome(await buy(payments, { key, items }))).toEqual(outcome(first));
  });
});

describe('the same key', () => {
  test.each([
    ['another quantity', { items: [{ quantity: 3 }] }],
    ['another product', { items: [{ productId: 'other' }] }],
    ['one product more', { items: [{}, { productId: 'other' }] }],
    ['another card', { card: { ...CARD, number: '5555555555554444' } }],
    ['another card with the same last four digits', { card: { ...CARD, number: '4000000000024242' } }],
    ['another year on the card', { card: { ...CARD, expiryYear: 2031 } }],
    ['another code of the card', { card: { ...CARD, cvc: '124' } }],
  ])('with %s is refused, and changes nothing', async (_title, changes) => {
    const { payments, productId, items } = await start();
    const other = payments.catalog.stock.add();
    const key = randomUUID();
    const first = await buy(payments, { key, items });
    const fill = ({ productId: id, quantity = 2 }: { productId?: string; quantity?: number }) => ({
      productId: id === 'other' ? other : productId,
      quantity,
    });
    const changed = 'items' in changes ? { items: changes.items.map(fill) } : { items, card: changes.card };
    const refused = await buy(payments, { key, ...changed });
    expect(refused.body).toMatchObject({ status: 422, code: 'payments/idempotency-key-reused' });
    expect(outcome(await buy(payments, { key, items }))).toEqual(outcome(first));
    expect(payments.provider.charges.size).toBe(1);
  });

  test('with another body is refused while the first is being worked on', async () => {
    const { payments, items } = await start();
    const key = randomUUID();
    const asked = Promise.withResolvers<undefined>();
    payments.provider.faults.find = () => {
      asked.resolve(undefined);
      return 'silent';
    };
    const first = buy(payments, { key, items });
    await asked.promise;
    expect((await buy(payments, { key, items, card: DECLINED_CARD })).body).toMatchObject({ status: 422 });
    await first;
  });

  test('of two customers is two payments', async () => {
    const { payments, items } = await start();
    const key = randomUUID();
    const first = await buy(payments, { key, items });
    const second = await buy(payments, { key, items, caller: testUsers.otherCustomer });
    expect([first.status, second.status]).toEqual([201, 201]);
    expect((second.body as PaymentDocument).id).not.toBe((first.body as PaymentDocument).id);
  });

  test('on another route is another key', async () => {
    const { payments, items } = await start();
    const key = randomUUID();
    const { id } = (await buy(payments, { key, items, caller: testUsers.admin })).body as PaymentDocument;
    expect((await refund(payments, id, { key })).status).toBe(201);
  });

  test('for a refund of another payment is refused', async () => {
    const { payments, items } = await start();
    const key = randomUUID();
    const ids = [];
    for (let count = 0; count < 2; count++) ids.push(((await buy(payments, { items })).body as PaymentDocument).id);
    expect((await refund(payments, ids[0]!, { key })).status).toBe(201);
    expect((await refund(payments, ids[1]!, { key })).body).toMatchObject({ status: 422 });
    expect(payments.provider.refunds.size).toBe(1);
  });

  test('for refunds at once gives back once', async () => {
    const { payments, items } = await start();
    const { id } = (await buy(payments, { items })).body as PaymentDocument;
    const key = randomUUID();
    const responses = await Promise.all(Array.from({ length: 10 }, () => refund(payments, id, { key })));
    expect(new Set(responses.map(({ status }) => status)).size).toBeLessThanOrEqual(2);
    expect(new Set(responses.filter(({ status }) => status === 201).map(({ text: body }) => body)).size).toBe(1);
    expect(payments.provider.refunds.size).toBe(1);
    expect((await refund(payments, id, { key })).status).toBe(201);
  });

  test('whose request was not valid is free', async () => {
    const { payments, items } = await start();
    const key = randomUUID();
    expect((await buy(payments, { key, items: [] })).status).toBe(400);
    expect((await buy(payments, { key, items })).status).toBe(201);
  });

  test('whose refund was too large is free', async () => {
    const { payments, items } = await start();
    const { id } = (await buy(payments, { items })).body as PaymentDocument;
    const key = randomUUID();
    expect((await refund(payments, id, { key, body: { amount: 9999, reason: 'too much' } })).status).toBe(422);
    expect((await refund(payments, id, { key })).status).toBe(201);
  });

  test('a day later is still known, and two days later is free', async () => {
    const { payments, items } = await start();
    const key = randomUUID();
    const first = await buy(payments, { key, items });
    await using database = new Database(payments.config, {
      credentials: payments.database.credentials,
      onConnectionError: () => undefined,
    });
    await payments.sql(`UPDATE payments SET created_at = now() - interval '23 hours 59 minutes'`);
    await sweep(database, 24, AbortSignal.timeout(10_000));
    expect(outcome(await buy(payments, { key, items }))).toEqual(outcome(first));
    await payments.sql(`UPDATE payments SET created_at = now() - interval '24 hours 1 minute'`);
    await sweep(database, 24, AbortSignal.timeout(10_000));
    const second = await buy(payments, { key, items });
    expect(second.status).toBe(201);
    expect((second.body as PaymentDocument).id).not.toBe((first.body as PaymentDocument).id);
  });

  test('of a purchase that was given up answers so, for good', async () => {
    const { payments, items } = await start(RECOVERING);
    const key = randomUUID();
    payments.catalog.faults.before = (route) => {
      if (route !== 'takePaymentEvent') throw new Error('catalog is down');
    };
    expect((await buy(payments, { key, items })).status).toBe(503);
    await expect
      .poll(async () => (await payments.sql<{ status: string }>('SELECT status FROM payments'))[0]?.status)
      .toBe('failed');
    payments.catalog.faults.before = undefined;
    const given = await buy(payments, { key, items });
    expect(given.body).toMatchObject({ status: 409, code: 'payments/abandoned' });
    expect(outcome(await buy(payments, { key, items }))).toEqual(outcome(given));
    expect(payments.provider.charges.size).toBe(0);
  });
});

describe('a key', () => {
  const VISIBLE = Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index)).join('');

  test.each([
    ['of 1 character', 201, 'k'],
    ['of 255 characters', 201, 'k'.repeat(255)],
    ['of 256 characters', 400, 'k'.repeat(256)],
    ['of every visible character', 201, VISIBLE],
    ['in quotes', 201, '"8e03978e-40d5-43dd-bc93-6894a57f9324"'],
    ['with a space', 400, 'one two'],
    ['with a tab', 400, 'one\ttwo'],
    ['with an accent', 400, 'clé'],
    ['that is empty', 400, ''],
    ['of spaces', 400, '   '],
  ])('%s is answered %d', async (_title, status, key) => {
    const { payments, items } = await start();
    expect((await buy(payments, { key, items })).status).toBe(status);
  });

  test('that is missing is asked for', async () => {
    const { payments, items } = await start();
    const test = request(payments.app).post('/payments').send({ items, card: CARD });
    const response = await sendAs(testUsers.customer, payments, test);
    expect(response.status).toBe(400);
    expect(response.body).toMatchObject({
      code: 'request/invalid',
      errors: [{ in: 'header', field: 'idempotency-key', message: 'is required' }],
    });
  });

  test('that is sent in two header lines is refused', async () => {
    const { payments, items } = await start();
    const token = await payments.users.access.accessToken(testUsers.customer);
    const body = JSON.stringify({ items, card: CARD });
    const socket = connect(payments.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      [
        'POST /payments HTTP/1.1',
        'Host: localhost',
        `Authorization: Bearer ${token}`,
        'Idempotency-Key: one',
        'Idempotency-Key: two',
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
        'Connection: close',
        '',
        body,
      ].join('\r\n'),
    );
    expect((await text(socket)).split('\r\n')[0]).toBe('HTTP/1.1 400 Bad Request');
  });

  test('differs from the same in capitals', async () => {
    const { payments, items } = await start();
    await buy(payments, { key: 'abc', items });
    await buy(payments, { key: 'ABC', items });
    expect(payments.provider.charges.size).toBe(2);
  });
});
