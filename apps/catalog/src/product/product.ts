import { z } from 'zod';

const MAX_PRICE_AMOUNT = 100_000_000;
const MAX_STOCK = 1_000_000;

/** One line of text as a person writes it; Postgres refuses U+0000, and UTF-8 cannot hold half a surrogate pair. */
const line = (maxLength: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(maxLength, `must be at most ${maxLength} characters`)
    .refine(
      (text) => !/\p{Cc}/u.test(text) && text.isWellFormed(),
      'must not hold control characters or broken Unicode',
    );

export const category = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,39}$/, 'must be 2 to 40 lower-case letters, digits and hyphens, such as "coffee-and-tea"');

/** Money as whole minor units of an ISO 4217 currency: 1250 EUR is €12.50, 1250 JPY is ¥1,250. */
const price = z.strictObject({
  amount: z.int().min(0).max(MAX_PRICE_AMOUNT),
  currency: z
    .string()
    .refine((code) => Intl.supportedValuesOf('currency').includes(code), 'must be an ISO 4217 code such as "EUR"'),
});

/** What a client says of a product. */
export const productInput = z.strictObject({
  sku: z.string().regex(/^[A-Z0-9][A-Z0-9-]{2,29}$/, 'must be 3 to 30 capital letters, digits and hyphens'),
  name: line(120),
  description: line(2000),
  category,
  price,
  pictureUrl: z
    .url({ protocol: /^https$/, error: 'must be an https URL' })
    .max(500)
    .nullable(),
  stock: z.int().min(0).max(MAX_STOCK),
});

/** Fields to change; those that are absent stay as they are. */
export const productPatch = productInput
  .extend({ price: price.partial() })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, 'must name at least one field');

export const product = z.strictObject({
  id: z.uuid(),
  ...productInput.shape,
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});

export const searchText = line(100);

export type ProductInput = z.output<typeof productInput>;
export type ProductPatch = z.output<typeof productPatch>;
export type Product = z.output<typeof product>;

/** A product with its version, which counts its changes and is its entity tag. */
export interface VersionedProduct {
  product: Product;
  version: number;
}
