import { z } from 'zod';

/** Where a page ends: the id of its last product, which never changes and orders products by when they were created. */
export const encodeCursor = (id: string): string => Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');

/** The `cursor` parameter: parsed into the id that the page begins after. */
export const cursor = z
  .string()
  .regex(/^[\w-]{22}$/, 'must be the nextCursor of another page')
  .transform((text) => {
    const hex = Buffer.from(text, 'base64url').toString('hex');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  });
