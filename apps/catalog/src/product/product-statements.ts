import { statement } from '@fairlead/database';

const columns = {
  id: 'uuid',
  sku: 'text',
  name: 'text',
  description: 'text',
  category: 'text',
  price_amount: 'int4',
  price_currency: 'text',
  picture_url: 'text nullable',
  stock: 'int4',
  version: 'int4',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
} as const;

const COLUMNS = Object.keys(columns).join(', ');

export const findProduct = statement({
  name: 'find-product',
  text: `SELECT ${COLUMNS} FROM products WHERE id = $1`,
  parameters: ['uuid'],
  columns,
});

/** One statement for each combination of filters: each gets the plan that suits it, and none tests for absent ones. */
export const listProducts = statement({
  name: 'list-products',
  text: `SELECT ${COLUMNS} FROM products WHERE id > $1 ORDER BY id LIMIT $2::integer`,
  parameters: ['uuid', 'int4'],
  columns,
});

export const listCategory = statement({
  name: 'list-category',
  text: `SELECT ${COLUMNS} FROM products WHERE category = $3 AND id > $1 ORDER BY id LIMIT $2::integer`,
  parameters: ['uuid', 'int4', 'text'],
  columns,
});

export const searchProducts = statement({
  name: 'search-products',
  text: `SELECT ${COLUMNS} FROM products
    WHERE search @@ websearch_to_tsquery('english', $3) AND id > $1 ORDER BY id LIMIT $2::integer`,
  parameters: ['uuid', 'int4', 'text'],
  columns,
});

export const searchCategory = statement({
  name: 'search-category',
  text: `SELECT ${COLUMNS} FROM products
    WHERE search @@ websearch_to_tsquery('english', $3) AND category = $4 AND id > $1 ORDER BY id LIMIT $2::integer`,
  parameters: ['uuid', 'int4', 'text', 'text'],
  columns,
});

export const insertProduct = statement({
  name: 'insert-product',
  text: `INSERT INTO products (sku, name, description, category, price_amount, price_currency, picture_url, stock)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING ${COLUMNS}`,
  parameters: ['text', 'text', 'text', 'text', 'int4', 'text', 'text nullable', 'int4'],
  columns,
});

/** Changes nothing where the version is another one by now. */
export const updateProduct = statement({
  name: 'update-product',
  text: `UPDATE products SET sku = $3, name = $4, description = $5, category = $6, price_amount = $7,
      price_currency = $8, picture_url = $9, stock = $10, version = version + 1, updated_at = now()
    WHERE id = $1 AND version = $2 RETURNING ${COLUMNS}`,
  parameters: ['uuid', 'int4', 'text', 'text', 'text', 'text', 'int4', 'text', 'text nullable', 'int4'],
  columns,
});

export const deleteProduct = statement({
  name: 'delete-product',
  text: 'DELETE FROM products WHERE id = $1 AND version = $2 RETURNING id',
  parameters: ['uuid', 'int4'],
  columns: { id: 'uuid' },
});
