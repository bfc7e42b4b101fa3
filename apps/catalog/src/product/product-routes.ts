import { createRouter, toPage, type Authorize, type Handlers } from '@fairlead/contracts';
import type { Router } from 'express';
import { isKnownVersion, matchesVersion, toEntityTag } from './entity-tag.ts';
import { productRoutes } from './product-contract.ts';
import type { ProductEvents } from './product-events.ts';
import { productNotFound, versionMismatch, versionMissing } from './product-problems.ts';
import type { ProductStore } from './product-store.ts';
import type { ProductInput, ProductPatch, VersionedProduct } from './product.ts';

export interface ProductRoutesOptions {
  products: ProductStore;
  productEvents: ProductEvents;
  authorize: Authorize;
}

const api = { routes: productRoutes };

export const createProductRoutes = (options: ProductRoutesOptions): Router =>
  createRouter(api, createHandlers(options), options);

function createHandlers({ products, productEvents: events }: ProductRoutesOptions): Handlers<typeof api> {
  const change = async (id: string, tags: string[] | undefined, toInput: (current: ProductInput) => ProductInput) => {
    const current = await getMatching(products, id, tags);
    const changed = await products.replace(id, current.version, toInput(toProductInput(current)));
    if (!changed) throw versionMismatch('the product was changed while this request was being served');
    events.changed(id, changed.version);
    return { status: 200 as const, ...toReply(changed) };
  };

  return {
    async listProducts({ query: { category, q, cursor, limit } }) {
      const found = await products.list({ category, text: q, after: cursor, limit: limit + 1 });
      const page = toPage(
        found.map(({ product }) => product),
        limit,
      );
      return { status: 200, body: page };
    },
    async getProduct({ params: { id }, headers: { 'if-none-match': tags } }) {
      const found = await getProduct(products, id);
      const { body, headers } = toReply(found);
      return tags && isKnownVersion(tags, found.version) ? { status: 304, headers } : { status: 200, body, headers };
    },
    async createProduct({ body: input }) {
      const created = await products.create(input);
      const { body, headers } = toReply(created);
      events.created(body.id, body.sku);
      return { status: 201, body, headers: { ...headers, Location: `/products/${body.id}` } };
    },
    replaceProduct: ({ params: { id }, headers, body }) => change(id, headers['if-match'], () => body),
    patchProduct: ({ params: { id }, headers, body: patch }) =>
      change(id, headers['if-match'], (current) => applyPatch(current, patch)),
    async deleteProduct({ params: { id }, headers }) {
      const { version } = await getMatching(products, id, headers['if-match']);
      if (!(await products.delete(id, version))) throw versionMismatch('the product was changed meanwhile');
      events.deleted(id);
      return { status: 204 };
    },
  };
}

async function getProduct(products: ProductStore, id: string): Promise<VersionedProduct> {
  const found = await products.find(id);
  if (!found) throw productNotFound(`no product has the id ${id}`);
  return found;
}

/** The product, where its version is among the tags of `If-Match`. */
async function getMatching(products: ProductStore, id: string, tags: string[] | undefined): Promise<VersionedProduct> {
  if (!tags) throw versionMissing('send If-Match with the ETag of the product');
  const found = await getProduct(products, id);
  if (matchesVersion(tags, found.version)) return found;
  throw versionMismatch(`the product has the ETag ${toEntityTag(found.version)}, not ${tags.join(', ')}`);
}

function toProductInput({ product }: VersionedProduct): ProductInput {
  const { id: _id, createdAt: _createdAt, updatedAt: _updatedAt, ...input } = product;
  return input;
}

const toReply = ({ product, version }: VersionedProduct) => ({
  body: product,
  headers: { ETag: toEntityTag(version) },
});

/** Merges as RFC 7396 does: what is absent stays, also inside the price. */
function applyPatch(current: ProductInput, patch: ProductPatch): ProductInput {
  const present = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
  const price = Object.fromEntries(Object.entries(patch.price ?? {}).filter(([, value]) => value !== undefined));
  return { ...current, ...(present as Partial<ProductInput>), price: { ...current.price, ...price } };
}
