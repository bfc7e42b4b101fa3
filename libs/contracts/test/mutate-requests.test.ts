import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineContract } from '../src/contract.ts';
import { toOpenApi } from '../src/open-api.ts';
import { integerParameter } from '../src/parameters.ts';
import { arbitraryOf, violationsOf, type JsonSchema } from './json-schema.ts';
import { listAccess } from './list-access.ts';
import { mutateRequests } from './mutate-requests.ts';

const body = z.strictObject({
  name: z.string().min(2).max(10),
  sku: z.string().regex(/^[A-Z]{3}$/),
  count: z.int().min(0).max(9),
  tags: z
    .array(z.enum(['a', 'b']))
    .min(1)
    .max(3),
  note: z.string().max(5).optional(),
});

const contract = defineContract({
  service: 'test',
  title: 'Test',
  description: 'For tests.',
  version: '1.0.0',
  routes: {
    list: {
      method: 'get',
      path: '/things',
      summary: 'Things.',
      audience: 'anyone',
      query: z.strictObject({ limit: integerParameter({ min: 1, max: 10, default: 5 }) }),
      responses: { 200: { description: 'Things.' } },
    },
    change: {
      method: 'put',
      path: '/things/:id',
      summary: 'Change a thing.',
      audience: 'owner',
      params: z.strictObject({ id: z.uuid() }),
      body,
      responses: { 204: { description: 'Changed.' } },
    },
  },
});

const schema = z.toJSONSchema(body, { io: 'input' }) as JsonSchema;

test('what is made from a schema keeps to it, and every violation of it does not', () => {
  fc.assert(
    fc.property(arbitraryOf(schema), (value) => {
      expect(body.safeParse(value).error).toBeUndefined();
      const violations = violationsOf(schema, value);
      expect(violations.length).toBeGreaterThan(20);
      expect(violations.filter((wrong) => body.safeParse(wrong).success)).toEqual([]);
    }),
  );
});

test('mutations reach every operation, and say which of them must be refused', () => {
  const mutated = fc.sample(mutateRequests(toOpenApi(contract)), 500);
  expect(new Set(mutated.map(({ operation }) => operation))).toEqual(new Set(['list', 'change']));
  const broken = mutated.filter(({ invalid }) => invalid);
  expect(broken.length).toBeGreaterThan(100);
  const bodies = broken.filter(({ mutation }) => mutation.startsWith('body'));
  expect(bodies.filter(({ request }) => body.safeParse(JSON.parse(String(request.body))).success)).toEqual([]);
  expect(broken.filter(({ request }) => request.path === '/things?limit=5')).toEqual([]);
});

test('every route meets every kind of caller', () => {
  const cases = listAccess(contract);
  expect(cases).toHaveLength(14);
  expect(cases).toContainEqual({ route: 'change', audience: 'owner', visitor: 'other customer', expected: 404 });
  expect(cases).toContainEqual({ route: 'list', audience: 'anyone', visitor: 'forged', expected: 'allowed' });
});
