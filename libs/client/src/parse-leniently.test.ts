import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { parseLeniently } from './parse-leniently.ts';

const price = z.strictObject({ amount: z.int(), currency: z.string() });
const schema = z.strictObject({
  id: z.string(),
  items: z.array(z.strictObject({ sku: z.string(), price })),
  by: z.record(z.string(), price),
  state: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('held'), until: z.string() }),
    z.strictObject({ type: z.literal('sold') }),
  ]),
  owner: z.union([z.strictObject({ userId: z.string() }), z.strictObject({ service: z.string() })]).nullable(),
});

const prices = fc.record({ amount: fc.integer(), currency: fc.string() });
const values = fc.record({
  id: fc.string(),
  items: fc.array(fc.record({ sku: fc.string(), price: prices }), { maxLength: 3 }),
  by: fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), prices, { maxKeys: 3 }),
  state: fc.oneof(
    fc.record({ type: fc.constant('held' as const), until: fc.string() }),
    fc.record({ type: fc.constant('sold' as const) }),
  ),
  owner: fc.oneof(fc.record({ userId: fc.string() }), fc.record({ service: fc.string() }), fc.constant(null)),
});

/** Adds fields to every object that is no map, wherever the bits say so. */
function addFields(value: unknown, bits: () => boolean, isMap = false): unknown {
  if (Array.isArray(value)) return value.map((one) => addFields(one, bits));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, one]) => [key, addFields(one, bits, key === 'by')] as const);
  const added = !isMap && bits() ? [['newField', { deep: [1] }] as const, ['another', null] as const] : [];
  return Object.fromEntries([...added, ...entries]);
}

test('what a newer callee adds, at any depth, is left out, and the rest is as it was', () => {
  fc.assert(
    fc.property(values, fc.array(fc.boolean(), { minLength: 1 }), (value, bits) => {
      let next = 0;
      const more = addFields(value, () => bits[next++ % bits.length] ?? false);
      expect(parseLeniently(schema, more)).toEqual({ success: true, data: value });
    }),
  );
});

describe('what is wrong stays wrong', () => {
  const good = { id: 'a', items: [], by: {}, state: { type: 'sold' }, owner: null };

  test.each([
    ['a field is missing', { ...good, id: undefined, more: 1 }],
    [
      'a field deep inside is of another type',
      { ...good, more: 1, items: [{ sku: 1, price: { amount: 1, currency: 'EUR', x: 1 } }] },
    ],
    ['a case that the schema does not know', { ...good, state: { type: 'lost' } }],
    ['no case of the union, with or without the new field', { ...good, owner: { more: 1 } }],
    ['the whole is something else', [good]],
  ])('%s', (_title, value) => {
    expect(parseLeniently(schema, value).success).toBe(false);
  });

  test('a rule over the whole is still asked', () => {
    const ruled = z.strictObject({ from: z.int(), to: z.int() }).refine(({ from, to }) => from <= to);
    expect(parseLeniently(ruled, { from: 2, to: 1, more: true }).success).toBe(false);
    expect(parseLeniently(ruled, { from: 1, to: 2, more: true }).success).toBe(true);
  });
});
