import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findPage } from './paging.ts';

test('the pages of a list are the list', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 10 }), (items, maxResults) => {
      const read: number[] = [];
      let nextToken: string | undefined;
      do {
        const page = findPage(items, { maxResults, nextToken })!;
        expect(page.items.length).toBeLessThanOrEqual(maxResults);
        read.push(...page.items);
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      expect(read).toEqual(items);
    }),
  );
});

test('a token it did not write has no page', () => {
  fc.assert(
    fc.property(fc.string(), (nextToken) => {
      fc.pre(!/^page:\d{1,9}$/.test(Buffer.from(nextToken, 'base64url').toString()));
      expect(findPage([1], { maxResults: 1, nextToken })).toBeUndefined();
    }),
  );
});
