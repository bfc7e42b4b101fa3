import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cursor, encodeCursor, toPage } from './cursor.ts';

test('a cursor leads back to the id that it was made of', () => {
  fc.assert(
    fc.property(fc.uuid(), (id) => {
      expect(cursor.parse(encodeCursor(id))).toBe(id);
    }),
  );
});

test('any text is either a cursor or refused, and never an error', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), (text) => {
      const result = cursor.safeParse(text);
      if (result.success) expect(result.data).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    }),
  );
});

test('a page has a next cursor where more was found than it holds', () => {
  const found = ['019ac000-0000-7000-8000-000000000001', '019ac000-0000-7000-8000-000000000002'].map((id) => ({ id }));
  expect(toPage(found, 2)).toEqual({ items: found, nextCursor: null });
  const { items, nextCursor } = toPage(found, 1);
  expect(items).toEqual([found[0]]);
  expect(cursor.parse(nextCursor)).toBe(found[0]?.id);
});
