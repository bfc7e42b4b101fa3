import type { Reservation } from '@fairlead/catalog-api';
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createEvent } from '../../test/open-stock.ts';
import { startCatalog, type TestCatalog } from '../../test/start-catalog.ts';
import type { Product } from '../product/product.ts';

async function createProduct({ admin }: TestCatalog, stock = 10): Promise<string> {
  const response = await admin
    .post('/products')
    .send({
      sku: 'LIG-LAMP-1',
      name: 'Reading lamp',
      description: 'A brass lamp for the desk.',
      category: 'lighting',
      price: { amount: 8900, currency: 'EUR' },
      pictureUrl: null,
      stock,
    })
    .expect(201);
  return (response.body as Product).id;
}

const stockOf = async ({ admin }: TestCatalog, id: string) =>
  ((await admin.get(`/products/${id}`).expect(200)).body as Product).stock;

/** The log lines of a level, without those of requests. */
const linesOf = ({ log }: TestCatalog, level: string) =>
  log
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((line) => line.level === level && !('status' in line));

describe('a purchase', () => {
  test('reserves, commits and sells, and the shop shows what is left', async () => {
    const catalog = await startCatalog();
    const productId = await createProduct(catalog);
    const id = randomUUID();
    const before = Date.now();
    const reserved = await catalog.payments
      .put(`/reservations/${id}`)
      .send({ items: [{ productId, quantity: 3 }] })
      .expect(200);
    const { expiresAt, ...reservation } = reserved.body as Reservation;
    expect(reservation).toEqual({
      id,
      status: 'held',
      items: [{ productId, quantity: 3, price: { amount: 8900, currency: 'EUR' } }],
    });
    expect(Date.parse(expiresAt) - before).toBeGreaterThan(290_000);
    expect(await stockOf(catalog, productId)).toBe(7);

    const committed = await catalog.payments.put(`/reservations/${id}/commitment`).expect(200);
    expect(committed.body).toEqual({ ...(reserved.body as Reservation), status: 'committed' });
    await catalog.payments.post('/payment-events').send(createEvent('payment.captured', id)).expect(204);
    const again = await catalog.payments.put(`/reservations/${id}/commitment`).expect(200);
    expect(again.body).toMatchObject({ status: 'sold' });
    expect(await stockOf(catalog, productId)).toBe(7);
  });

  test('that fails gives back what it held', async () => {
    const catalog = await startCatalog();
    const productId = await createProduct(catalog);
    const id = randomUUID();
    const items = [{ productId, quantity: 3 }];
    await catalog.payments.put(`/reservations/${id}`).send({ items }).expect(200);
    const event = createEvent('payment.failed', id);
    for (let time = 0; time < 2; time++) await catalog.payments.post('/payment-events').send(event).expect(204);
    expect(await stockOf(catalog, productId)).toBe(10);
    const late = await catalog.payments.put(`/reservations/${id}`).send({ items }).expect(409);
    expect(late.body).toMatchObject({ code: 'catalog/reservation-ended' });
  });

  test('is the same one, however its ids are spelled', async () => {
    const catalog = await startCatalog();
    const productId = await createProduct(catalog);
    const id = randomUUID();
    const first = await catalog.payments.put(`/reservations/${id}`).send({ items: [{ productId, quantity: 1 }] });
    const second = await catalog.payments
      .put(`/reservations/${id.toUpperCase()}`)
      .send({ items: [{ productId: productId.toUpperCase(), quantity: 1 }] });
    expect(second.body).toEqual(first.body);
    expect(await stockOf(catalog, productId)).toBe(9);
  });

  test.each([
    { what: 'more than there is', quantity: 11, status: 409, code: 'catalog/out-of-stock' },
    { what: 'nothing', quantity: 0, status: 400, code: 'request/invalid' },
    { what: 'a part of a product', quantity: 1.5, status: 400, code: 'request/invalid' },
  ])('of $what is refused', async ({ quantity, status, code }) => {
    const catalog = await startCatalog();
    const productId = await createProduct(catalog);
    const response = await catalog.payments
      .put(`/reservations/${randomUUID()}`)
      .send({ items: [{ productId, quantity }] })
      .expect(status);
    expect(response.body).toMatchObject({ code });
    expect(await stockOf(catalog, productId)).toBe(10);
  });

  test.each([
    { what: 'no product', items: [] },
    { what: 'a product twice', items: Array.from({ length: 2 }, () => ({ productId: randomUUID(), quantity: 1 })) },
  ])('of $what is refused', async ({ items }) => {
    const { payments } = await startCatalog();
    const same = items.map((item) => ({ ...item, productId: items[0]!.productId }));
    await payments.put(`/reservations/${randomUUID()}`).send({ items: same }).expect(400);
  });

  test('of something that is not for sale is refused', async () => {
    const { payments } = await startCatalog();
    const items = [{ productId: randomUUID(), quantity: 1 }];
    const response = await payments.put(`/reservations/${randomUUID()}`).send({ items }).expect(422);
    expect(response.body).toMatchObject({ code: 'catalog/product-unknown' });
  });
});

test('an admin who has not seen a reservation does not overwrite what it left', async () => {
  const catalog = await startCatalog();
  const productId = await createProduct(catalog);
  const { headers } = await catalog.admin.get(`/products/${productId}`);
  await catalog.payments.put(`/reservations/${randomUUID()}`).send({ items: [{ productId, quantity: 1 }] });
  await catalog.admin.patch(`/products/${productId}`).set('If-Match', headers.etag!).send({ stock: 20 }).expect(412);
  expect(await stockOf(catalog, productId)).toBe(9);
});

test('a payment that contradicts its reservation is said once, as an error that somebody must look at', async () => {
  const catalog = await startCatalog();
  const event = createEvent('payment.captured', randomUUID());
  for (let time = 0; time < 2; time++) await catalog.payments.post('/payment-events').send(event).expect(204);
  const message = 'payment contradicts its reservation; correct the stock by hand';
  expect(linesOf(catalog, 'error')).toMatchObject([{ message, reservationId: event.paymentId }]);
});
