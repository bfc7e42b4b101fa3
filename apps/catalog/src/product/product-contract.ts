import { cursor, integerParameter, type RouteContract } from '@fairlead/contracts';
import { databaseUnavailable } from '@fairlead/problem';
import { z } from 'zod';
import { entityTags } from './entity-tag.ts';
import { productNotFound, skuTaken, versionMismatch, versionMissing } from './product-problems.ts';
import { category, product, productInput, productPatch, searchText } from './product.ts';

const params = z.strictObject({ id: z.uuid('must be a UUID') });
const ifMatch = z.object({ 'if-match': entityTags.optional() });
const ifNoneMatch = z.object({ 'if-none-match': entityTags.optional() });
const ETAG = { ETag: 'The version of the product, for If-Match.' };

const one = (description: string) => ({ description, body: product, headers: ETAG });
const changeProblems = [productNotFound, versionMissing, versionMismatch, databaseUnavailable];

export const productRoutes = {
  listProducts: {
    method: 'get',
    path: '/products',
    summary: 'Products in the order they were created, page by page.',
    audience: 'anyone',
    query: z.strictObject({
      category: category.optional(),
      q: searchText
        .describe('Words to find in name, description, category and SKU; "quoted phrases", or, -without.')
        .optional(),
      cursor: cursor.optional(),
      limit: integerParameter({ min: 1, max: 100, default: 20 }),
    }),
    responses: {
      200: {
        description: 'A page. `nextCursor` is null on the last one.',
        body: z.strictObject({ items: z.array(product), nextCursor: z.string().nullable() }),
      },
    },
    problems: [databaseUnavailable],
  },
  getProduct: {
    method: 'get',
    path: '/products/:id',
    summary: 'One product.',
    audience: 'anyone',
    params,
    headers: ifNoneMatch,
    responses: { 200: one('The product.'), 304: { description: 'It is still the version named in If-None-Match.' } },
    problems: [productNotFound, databaseUnavailable],
  },
  createProduct: {
    method: 'post',
    path: '/products',
    summary: 'Add a product.',
    audience: 'admin',
    body: productInput,
    responses: {
      201: { description: 'The new product.', body: product, headers: { ...ETAG, Location: 'Its path.' } },
    },
    problems: [skuTaken, databaseUnavailable],
  },
  replaceProduct: {
    method: 'put',
    path: '/products/:id',
    summary: 'Replace every field of a product.',
    audience: 'admin',
    params,
    headers: ifMatch,
    body: productInput,
    responses: { 200: one('The changed product.') },
    problems: [...changeProblems, skuTaken],
  },
  patchProduct: {
    method: 'patch',
    path: '/products/:id',
    summary: 'Change some fields of a product (RFC 7396).',
    audience: 'admin',
    params,
    headers: ifMatch,
    body: productPatch,
    mediaTypes: ['application/merge-patch+json', 'application/json'],
    responses: { 200: one('The changed product.') },
    problems: [...changeProblems, skuTaken],
  },
  deleteProduct: {
    method: 'delete',
    path: '/products/:id',
    summary: 'Delete a product.',
    audience: 'admin',
    params,
    headers: ifMatch,
    responses: { 204: { description: 'It is gone.' } },
    problems: changeProblems,
  },
} as const satisfies Record<string, RouteContract>;
