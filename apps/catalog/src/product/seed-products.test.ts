import { migrate } from '@fairlead/database';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { startCatalog } from '../../test/start-catalog.ts';
import { productInput, type Product } from './product.ts';
import { seedProducts } from './seed-products.ts';

const SEED = new URL('../../seed/products.json', import.meta.url);

const seeds = JSON.parse(await readFile(SEED, 'utf8')) as unknown[];

test('there are at least 300 sample products in a dozen categories, each of which the API would take', () => {
  const products = seeds.map((seed) => productInput.parse(seed));
  expect(products.length).toBeGreaterThanOrEqual(300);
  expect(new Set(products.map(({ category }) => category)).size).toBeGreaterThanOrEqual(12);
  expect(new Set(products.map(({ sku }) => sku)).size).toBe(products.length);
  expect(new Set(products.map(({ description }) => description)).size).toBe(products.length);
});

test('a sample product that was deleted stays deleted', async () => {
  const { admin, config, database } = await startCatalog({ seedProducts: true });
  const { items } = (await admin.get('/products?limit=1').expect(200)).body as { items: Product[] };
  await admin
    .delete(`/products/${items[0]?.id ?? ''}`)
    .set('If-Match', '*')
    .expect(204);
  expect(await migrate(config, database.credentials, [seedProducts(SEED)])).toEqual([]);
  await admin.get(`/products/${items[0]?.id ?? ''}`).expect(404);
});
