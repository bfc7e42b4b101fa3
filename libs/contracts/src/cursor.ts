import { z } from 'zod';

/** Where a page ends: the id of its last item. A UUID of version 7 never changes and orders items by when they were made. */
export const encodeCursor = (id: string): string => Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');

/** The `cursor` parameter: parsed into the id that the page goes on from. */
export const cursor = z
  .string()
  .regex(/^[\w-]{22}$/, 'must be the nextCursor of another page')
  .transform((text) => {
    const hex = Buffer.from(text, 'base64url').toString('hex');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  });

/** Makes a page of what was found, where one more than `limit` was asked for: that one tells whether there is another page. */
export function toPage<Item extends { id: string }>(found: readonly Item[], limit: number) {
  const items = found.slice(0, limit);
  const last = found.length > limit ? items.at(-1) : undefined;
  return { items, nextCursor: last ? encodeCursor(last.id) : null };
}
