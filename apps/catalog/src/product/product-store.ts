import { violatesUnique, type Queryable, type Row } from '@fairlead/database';
import { skuTaken } from './product-problems.ts';
import * as statements from './product-statements.ts';
import type { ProductInput, VersionedProduct } from './product.ts';

const FIRST_ID = '00000000-0000-0000-0000-000000000000';

export interface ProductQuery {
  category?: string | undefined;
  text?: string | undefined;
  /** The id that the page begins after. */
  after?: string | undefined;
  limit: number;
}

/** The products in the database. */
export interface ProductStore {
  list(query: ProductQuery): Promise<VersionedProduct[]>;
  find(id: string): Promise<VersionedProduct | undefined>;
  /** @throws {Problem} `catalog/sku-taken` */
  create(input: ProductInput): Promise<VersionedProduct>;
  /** Replaces every field, unless the version is another one by now: then nothing is returned.
   * @throws {Problem} `catalog/sku-taken` */
  replace(id: string, version: number, input: ProductInput): Promise<VersionedProduct | undefined>;
  /** Whether it was there, in this version, to be deleted. */
  delete(id: string, version: number): Promise<boolean>;
}

export function createProductStore(database: Queryable): ProductStore {
  return {
    list: async (query) => (await runList(database, query)).map(toProduct),
    async find(id) {
      const [row] = await database.query(statements.findProduct, [id]);
      return row && toProduct(row);
    },
    async create(input) {
      const [row] = await refuseTakenSku(input, database.query(statements.insertProduct, toValues(input)));
      if (!row) throw new Error('an insert returned no row');
      return toProduct(row);
    },
    async replace(id, version, input) {
      const update = database.query(statements.updateProduct, [id, version, ...toValues(input)]);
      const [row] = await refuseTakenSku(input, update);
      return row && toProduct(row);
    },
    delete: async (id, version) => (await database.query(statements.deleteProduct, [id, version])).length > 0,
  };
}

function runList(
  database: Queryable,
  { category, text, after = FIRST_ID, limit }: ProductQuery,
): Promise<ProductRow[]> {
  if (text !== undefined && category !== undefined) {
    return database.query(statements.searchCategory, [after, limit, text, category]);
  }
  if (text !== undefined) return database.query(statements.searchProducts, [after, limit, text]);
  if (category !== undefined) return database.query(statements.listCategory, [after, limit, category]);
  return database.query(statements.listProducts, [after, limit]);
}

type ProductRow = Row<(typeof statements.findProduct)['columns']>;

function toProduct(row: ProductRow): VersionedProduct {
  return {
    version: row.version,
    product: {
      id: row.id,
      sku: row.sku,
      name: row.name,
      description: row.description,
      category: row.category,
      price: { amount: row.price_amount, currency: row.price_currency },
      pictureUrl: row.picture_url,
      stock: row.stock,
      createdAt: row.created_at.toISOString(),
      updatedAt: row.updated_at.toISOString(),
    },
  };
}

const toValues = ({ sku, name, description, category, price, pictureUrl, stock }: ProductInput) =>
  [sku, name, description, category, price.amount, price.currency, pictureUrl, stock] as const;

async function refuseTakenSku<Result>({ sku }: ProductInput, write: Promise<Result>): Promise<Result> {
  try {
    return await write;
  } catch (cause) {
    if (violatesUnique(cause, 'products_sku_key')) throw skuTaken(`another product has the SKU ${sku}`, { cause });
    throw cause;
  }
}
