import { createRouter } from '@fairlead/contracts';
import type { Router } from 'express';
import { catalogContract } from '../contract.ts';
import type { Dependencies } from '../dependencies.ts';
import { encodeCursor } from './cursor.ts';
import { matchesVersion, toEntityTag } from './entity-tag.ts';
import { productNotFound, versionMismatch, versionMissing } from './product-problems.ts';
import type { ProductStore } from './product-store.ts';
import type { ProductInput, VersionedProduct } from './product.ts';

export function createProductRoutes({ products, events, authorize }: Dependencies): Router {
  const change = async (id: string, tags: string[] | undefined, toInput: (current: ProductInput) => ProductInput) => {
    const current = await getMatching(products, id, tags);
    const changed = await products.replace(id, current.version, toInput(toProductInput(current)));
    if (!changed) throw versionMismatch('the product was changed while this request was being served');
    events.changed(id, changed.version);
    return reply(200, changed);
  };

  return createRouter(
    catalogContract,
    {
      async listProducts({ query: { category, q, cursor, limit } }) {
        const found = await products.list({ category, text: q, after: cursor, limit: limit + 1 });
        const items = found.slice(0, limit).map(({ product }) => product);
        const last = found.length > limit ? items.at(-1) : undefined;
        return { status: 200, body: { items, nextCursor: last ? encodeCursor(last.id) : null } };
      },
      async getProduct({ params: { id }, headers: { 'if-none-match': tags } }) {
        const found = await getProduct(products, id);
        if (tags && matchesVersion(tags, found.version)) return { status: 304, headers: toHeaders(found) };
        return reply(200, found);
      },
      async createProduct({ body }) {
        const created = await products.create(body);
        const { id, sku } = created.product;
        events.created(id, sku);
        return { ...reply(201, created), headers: { ...toHeaders(created), Location: `/products/${id}` } };
      },
      replaceProduct: ({ params: { id }, headers, body }) => change(id, headers['if-match'], () => body),
      patchProduct: ({ params: { id }, headers, body }) =>
        change(id, headers['if-match'], (current) => ({ ...current, ...withoutAbsent(body) })),
      async deleteProduct({ params: { id }, headers }) {
        const { version } = await getMatching(products, id, headers['if-match']);
        if (!(await products.delete(id, version))) throw versionMismatch('the product was changed meanwhile');
        events.deleted(id);
        return { status: 204 };
      },
    },
    { authorize },
  );
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

const toHeaders = ({ version }: VersionedProduct) => ({ ETag: toEntityTag(version) });

const reply = <Status extends 200 | 201>(status: Status, found: VersionedProduct) => ({
  status,
  body: found.product,
  headers: toHeaders(found),
});

type Present<Patch> = { [Field in keyof Patch]: Exclude<Patch[Field], undefined> };

/** A field of a patch that is absent must not overwrite the field of the product. */
const withoutAbsent = <Patch extends object>(patch: Patch): Present<Patch> =>
  Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as Present<Patch>;
