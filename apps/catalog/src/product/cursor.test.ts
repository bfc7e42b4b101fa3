import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cursor, encodeCursor } from './cursor.ts';

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
