import type TestAgent from 'supertest/lib/agent.js';
import { describe, expect, test } from 'vitest';
import { startCatalog } from '../../test/start-catalog.ts';
import type { Product, ProductInput } from './product.ts';

const lamp: ProductInput = {
  sku: 'LIG-LAMP-1',
  name: 'Reading lamp',
  description: 'A brass lamp for the desk.',
  category: 'lighting',
  price: { amount: 8900, currency: 'EUR' },
  pictureUrl: 'https://images.example.com/lamp.jpg',
  stock: 12,
};

const UNKNOWN = '01a1fd95-ac1d-77a5-996f-79e362c5112c';

async function create(
  admin: TestAgent,
  changes: Partial<ProductInput> = {},
): Promise<{ product: Product; etag: string }> {
  const response = await admin
    .post('/products')
    .send({ ...lamp, ...changes })
    .expect(201);
  return { product: response.body as Product, etag: String(response.headers.etag) };
}

interface Page {
  items: Product[];
  nextCursor: string | null;
}

async function list(admin: TestAgent, query: Record<string, string> = {}): Promise<Page> {
  return (await admin.get('/products').query(query).expect(200)).body as Page;
}

/** Every page, one after the other. */
async function listAll(admin: TestAgent, query: Record<string, string>): Promise<Product[]> {
  const { items, nextCursor } = await list(admin, query);
  return nextCursor === null ? items : [...items, ...(await listAll(admin, { ...query, cursor: nextCursor }))];
}

describe('a new product', () => {
  test('is answered with its path and version, and found there', async () => {
    const { admin } = await startCatalog();
    const created = await admin.post('/products').send(lamp).expect(201).expect('ETag', '"1"');
    const { id, createdAt, updatedAt, ...input } = created.body as Product;
    expect(input).toEqual(lamp);
    expect(updatedAt).toBe(createdAt);
    expect(created.headers.location).toBe(`/products/${id}`);
    const found = await admin.get(`/products/${id}`).expect(200).expect('ETag', '"1"');
    expect(found.body).toEqual(created.body);
  });

  test('may have no picture', async () => {
    const { admin } = await startCatalog();
    expect((await create(admin, { pictureUrl: null })).product.pictureUrl).toBeNull();
  });

  test('must have a SKU of its own', async () => {
    const { admin } = await startCatalog();
    await create(admin);
    const response = await admin.post('/products').send(lamp).expect(409);
    expect(response.body).toMatchObject({
      code: 'catalog/sku-taken',
      detail: 'another product has the SKU LIG-LAMP-1',
    });
  });

  test.each([
    ['a price with a fraction', { price: { amount: 12.5, currency: 'EUR' } }, 'price.amount'],
    ['a price below zero', { price: { amount: -1, currency: 'EUR' } }, 'price.amount'],
    ['a price as text', { price: { amount: '100', currency: 'EUR' } }, 'price.amount'],
    ['a currency that does not exist', { price: { amount: 100, currency: 'EUX' } }, 'price.currency'],
    ['a price with another field', { price: { amount: 100, currency: 'EUR', vat: 19 } }, 'price.vat'],
    ['stock below zero', { stock: -1 }, 'stock'],
    ['more stock than fits', { stock: 2 ** 31 }, 'stock'],
    ['an empty name', { name: '   ' }, 'name'],
    ['a name with a line break', { name: 'a\nb' }, 'name'],
    ['a name with U+0000', { name: 'a\u0000b' }, 'name'],
    ['a name with half a surrogate pair', { name: 'a\ud800b' }, 'name'],
    ['a name that is too long', { name: 'x'.repeat(121) }, 'name'],
    ['a category with spaces', { category: 'Coffee and tea' }, 'category'],
    ['a SKU in lower case', { sku: 'lamp' }, 'sku'],
    ['a picture that is no https URL', { pictureUrl: 'javascript:alert(1)' }, 'pictureUrl'],
    ['a field that it does not have', { id: UNKNOWN }, 'id'],
  ])('with %s is refused by name', async (_title, changes, field) => {
    const { admin } = await startCatalog();
    const response = await admin
      .post('/products')
      .send({ ...lamp, ...changes })
      .expect(400);
    expect(response.body).toMatchObject({ code: 'request/invalid', errors: [{ in: 'body', field }] });
  });
});

describe('a product that is changed', () => {
  test('by PUT has every field replaced and a new version', async () => {
    const { admin } = await startCatalog();
    const { product, etag } = await create(admin);
    const replaced = { ...lamp, name: 'Floor lamp', stock: 3, pictureUrl: null };
    const response = await admin
      .put(`/products/${product.id}`)
      .set('If-Match', etag)
      .send(replaced)
      .expect(200)
      .expect('ETag', '"2"');
    expect(response.body).toMatchObject({ ...replaced, id: product.id, createdAt: product.createdAt });
  });

  test('by PATCH has only the named fields changed', async () => {
    const { admin } = await startCatalog();
    const { product, etag } = await create(admin);
    const response = await admin
      .patch(`/products/${product.id}`)
      .set({ 'If-Match': etag, 'Content-Type': 'application/merge-patch+json' })
      .send('{"stock":0,"pictureUrl":null}')
      .expect(200);
    expect(response.body).toMatchObject({ ...lamp, stock: 0, pictureUrl: null });
  });

  test('by PATCH of one part of the price keeps the other', async () => {
    const { admin } = await startCatalog();
    const { product, etag } = await create(admin);
    const response = await admin
      .patch(`/products/${product.id}`)
      .set('If-Match', etag)
      .send({ price: { amount: 5 } })
      .expect(200);
    expect(response.body).toMatchObject({ price: { amount: 5, currency: 'EUR' } });
  });

  test('by an empty PATCH is not', async () => {
    const { admin } = await startCatalog();
    const { product, etag } = await create(admin);
    await admin.patch(`/products/${product.id}`).set('If-Match', etag).send({}).expect(400);
  });

  test.each(['put', 'patch', 'delete'] as const)('by %s needs If-Match', async (method) => {
    const { admin } = await startCatalog();
    const { product } = await create(admin);
    const response = await admin[method](`/products/${product.id}`)
      .send(method === 'patch' ? { stock: 1 } : lamp)
      .expect(428);
    expect(response.body).toMatchObject({ code: 'catalog/version-missing' });
  });

  test.each(['"0"', '"2"', 'W/"1"', '"one", "two"'])('is not with the ETag %s, which is not its own', async (etag) => {
    const { admin } = await startCatalog();
    const { product } = await create(admin);
    const response = await admin.delete(`/products/${product.id}`).set('If-Match', etag).expect(412);
    expect(response.body).toMatchObject({ code: 'catalog/version-mismatch', detail: expect.stringContaining('"1"') });
  });

  test.each(['1', '"1', 'abc', '"1" "2"'])('is not with the malformed If-Match %s', async (etag) => {
    const { admin } = await startCatalog();
    const { product } = await create(admin);
    const response = await admin.delete(`/products/${product.id}`).set('If-Match', etag).expect(400);
    expect(response.body).toMatchObject({ errors: [{ in: 'header', field: 'if-match' }] });
  });

  test.each(['"1"', '*', '"7", "1"'])('is with the If-Match %s', async (etag) => {
    const { admin } = await startCatalog();
    const { product } = await create(admin);
    await admin.delete(`/products/${product.id}`).set('If-Match', etag).expect(204);
    await admin.get(`/products/${product.id}`).expect(404);
  });

  test('by many at once has one winner for each version', async () => {
    const { admin } = await startCatalog();
    const { product, etag } = await create(admin);
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, stock) =>
        admin.patch(`/products/${product.id}`).set('If-Match', etag).send({ stock }),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 412)).toHaveLength(15);
    const winner = answers.find(({ status }) => status === 200)?.body as Product;
    expect((await admin.get(`/products/${product.id}`).expect('ETag', '"2"')).body).toEqual(winner);
  });

  test('cannot take the SKU of another', async () => {
    const { admin } = await startCatalog();
    await create(admin, { sku: 'TAKEN-1' });
    const { product, etag } = await create(admin);
    await admin.patch(`/products/${product.id}`).set('If-Match', etag).send({ sku: 'TAKEN-1' }).expect(409);
  });
});

describe('a product that is read', () => {
  test('is not sent again to who has its version', async () => {
    const { admin } = await startCatalog();
    const { product, etag } = await create(admin);
    const path = `/products/${product.id}`;
    const response = await admin.get(path).set('If-None-Match', etag).expect(304).expect('ETag', etag);
    expect(response.text).toBe('');
    await admin.get(path).set('If-None-Match', `W/${etag}`).expect(304);
    await admin.get(path).set('If-None-Match', '"0"').expect(200);
  });

  test.each([
    ['an id that nobody has', UNKNOWN, 404, 'catalog/product-not-found'],
    ['an id that is no UUID', 'lamp', 400, 'request/invalid'],
    ['an id that tries to be SQL', "1' OR '1'='1", 400, 'request/invalid'],
  ])('by %s is a problem', async (_title, id, status, code) => {
    const { admin } = await startCatalog();
    const response = await admin.get(`/products/${encodeURIComponent(id)}`).expect(status);
    expect(response.body).toMatchObject({ code });
  });

  test.each(['put', 'patch', 'delete'] as const)('is not there to %s', async (method) => {
    const { admin } = await startCatalog();
    const body = method === 'patch' ? { stock: 1 } : lamp;
    await admin[method](`/products/${UNKNOWN}`).set('If-Match', '"1"').send(body).expect(404);
  });
});

describe('a list', () => {
  test('has every seeded product once, whatever the size of a page', async () => {
    const { admin } = await startCatalog({ seedProducts: true });
    for (const limit of ['7', '100']) {
      const products = await listAll(admin, { limit });
      expect(products.length).toBeGreaterThanOrEqual(300);
      expect(new Set(products.map(({ id }) => id)).size).toBe(products.length);
    }
  });

  test('stays in order while products come and go between its pages', async () => {
    const { admin } = await startCatalog();
    const created = [];
    for (let number = 0; number < 6; number++) created.push(await create(admin, { sku: `SKU-${number}` }));
    const first = await list(admin, { limit: '3' });
    await admin
      .delete(`/products/${created[2]?.product.id ?? ''}`)
      .set('If-Match', '*')
      .expect(204);
    await admin
      .delete(`/products/${created[4]?.product.id ?? ''}`)
      .set('If-Match', '*')
      .expect(204);
    await create(admin, { sku: 'SKU-NEW' });
    const rest = await listAll(admin, { limit: '1', cursor: first.nextCursor ?? '' });
    expect(rest.map(({ sku }) => sku)).toEqual(['SKU-3', 'SKU-5', 'SKU-NEW']);
  });

  test('ends with a page that says so, also where it is full', async () => {
    const { admin } = await startCatalog();
    await create(admin, { sku: 'SKU-1' });
    await create(admin, { sku: 'SKU-2' });
    expect((await list(admin, { limit: '2' })).nextCursor).toBeNull();
    expect((await list(admin, { limit: '1' })).nextCursor).not.toBeNull();
    expect(await list(admin, { category: 'garden' })).toEqual({ items: [], nextCursor: null });
  });

  test('can be of one category, of words, or of both', async () => {
    const { admin } = await startCatalog();
    await create(admin, { sku: 'SKU-1', name: 'Brass lamp', category: 'lighting' });
    await create(admin, { sku: 'SKU-2', name: 'Brass kettle', category: 'kitchen', description: 'Whistles.' });
    await create(admin, { sku: 'SKU-3', name: 'Paper lantern', category: 'lighting', description: 'Folds flat.' });
    const skus = async (query: Record<string, string>) => (await list(admin, query)).items.map(({ sku }) => sku);
    expect(await skus({ category: 'lighting' })).toEqual(['SKU-1', 'SKU-3']);
    expect(await skus({ q: 'brass' })).toEqual(['SKU-1', 'SKU-2']);
    expect(await skus({ q: 'lamps' })).toEqual(['SKU-1']);
    expect(await skus({ q: 'brass -kettle' })).toEqual(['SKU-1']);
    expect(await skus({ q: 'brass', category: 'kitchen' })).toEqual(['SKU-2']);
    expect(await skus({ q: 'SKU-3' })).toEqual(['SKU-3']);
  });

  test.each(["'", '"', '&|!()', '\\', '%', '-- ; DROP TABLE products', '"unfinished', '🪔', 'the'])(
    'takes the words %j without harm',
    async (q) => {
      const { admin } = await startCatalog();
      await list(admin, { q });
    },
  );

  test.each([
    ['cursor', 'nonsense'],
    ['cursor', ''],
    ['cursor', 'AaH9lawdd6WZb3njYsURL!'],
    ['limit', '0'],
    ['limit', '101'],
    ['category', 'No Such'],
    ['q', ''],
    ['q', 'a\u0000b'],
    ['q', 'x'.repeat(101)],
    ['sort', 'price'],
  ])('is not made for the parameter %s=%j', async (name, value) => {
    const { admin } = await startCatalog();
    const response = await admin
      .get('/products')
      .query({ [name]: value })
      .expect(400);
    expect(response.body).toMatchObject({ code: 'request/invalid', errors: [{ in: 'query', field: name }] });
  });
});

test('what happens to products is logged for those who run the shop', async () => {
  const { admin, log } = await startCatalog();
  const { product, etag } = await create(admin);
  await admin.patch(`/products/${product.id}`).set('If-Match', etag).send({ stock: 1 }).expect(200);
  await admin.delete(`/products/${product.id}`).set('If-Match', '*').expect(204);
  const events = log
    .map((line) => JSON.parse(line) as { message: string; productId?: string })
    .filter(({ productId }) => productId);
  expect(events.map(({ message }) => message)).toEqual(['product created', 'product changed', 'product deleted']);
});
