import type { Migration } from '@fairlead/database';
import { readFile } from 'node:fs/promises';

/** Adds the sample products of a file, once: those deleted later stay deleted. A SKU that is taken is left as it is. */
export const seedProducts = (file: URL): Migration => ({
  name: 'seed-products',
  async run(client) {
    const products = await readFile(file, 'utf8');
    await client.query(
      `INSERT INTO products (sku, name, description, category, price_amount, price_currency, picture_url, stock)
       SELECT sku, name, description, category, (price ->> 'amount')::integer, price ->> 'currency', "pictureUrl", stock
       FROM jsonb_to_recordset($1) AS seed (
         sku text, name text, description text, category text, price jsonb, "pictureUrl" text, stock integer
       )
       ON CONFLICT (sku) DO NOTHING`,
      [products],
    );
  },
});
