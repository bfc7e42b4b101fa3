import { migrate } from '@fairlead/database';
import { readFile } from 'node:fs/promises';
import request from 'supertest';
import { expect, test } from 'vitest';
import { startCatalog } from '../../test/start-catalog.ts';
import { productInput, type Product } from './product.ts';
import { seedProducts } from './seed-products.ts';

const seeds = JSON.parse(await readFile(new URL('../../seed/products.json', import.meta.url), 'utf8')) as unknown[];

test('there are at least 300 sample products in a dozen categories, each of which the API would take', () => {
  const products = seeds.map((seed) => productInput.parse(seed));
  expect(products.length).toBeGreaterThanOrEqual(300);
  expect(new Set(products.map(({ category }) => category)).size).toBeGreaterThanOrEqual(12);
  expect(new Set(products.map(({ sku }) => sku)).size).toBe(products.length);
  expect(new Set(products.map(({ description }) => description)).size).toBe(products.length);
});

test('a sample product that was deleted stays deleted', async () => {
  const { app, config } = await startCatalog({ seedProducts: true });
  const { items } = (await request(app).get('/products?limit=1').expect(200)).body as { items: Product[] };
  await request(app)
    .delete(`/products/${items[0]?.id ?? ''}`)
    .set('If-Match', '*')
    .expect(204);
  expect(await migrate(config, [seedProducts])).toEqual([]);
  await request(app)
    .get(`/products/${items[0]?.id ?? ''}`)
    .expect(404);
});
