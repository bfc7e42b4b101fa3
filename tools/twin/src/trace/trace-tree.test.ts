import { describe, expect, test } from 'vitest';
import { BEGINNING, defineSegment, newSegmentId } from '../../test/segments.ts';
import { ENTRANCE_ORIGIN } from '../xray/entrance-segments.ts';
import type { Segment } from '../xray/segment.ts';
import { formatTrace } from './format-trace.ts';
import { buildTraceTree } from './trace-tree.ts';

const at = (startMs: number, durationMs: number) => ({
  start_time: BEGINNING + startMs / 1000,
  end_time: BEGINNING + (startMs + durationMs) / 1000,
});

const served = (method: string, url: string, status: number) => ({ request: { method, url }, response: { status } });

const part = (name: string, changes: Partial<Segment>) => ({ ...defineSegment(changes), name });

/** A payment through the entrance, which reads a key of users and reserves stock of catalog. */
function definePayment(): Segment[] {
  const users = part('users', {
    ...at(3, 8),
    annotations: { http_request_method: 'GET', http_route: '/users/jwks.json' },
  });
  const reserve = part('catalog', {
    ...at(12, 20),
    annotations: { http_method: 'POST', http_route: '/stock/reserve' },
  });
  const statement = part('catalog', { ...at(15, 4.44), annotations: { db_statement_name: 'reserve-stock' } });
  const entrance = {
    name: 'entrance',
    origin: ENTRANCE_ORIGIN,
    http: served('POST', '/payments', 201),
    ...at(0, 42.1),
  };
  return [
    defineSegment({
      name: 'catalog',
      parent_id: reserve.id,
      ...at(14, 16),
      http: served('POST', '/stock/reserve', 200),
      subsegments: [statement],
    }),
    defineSegment({
      name: 'payments',
      ...at(1.2, 40),
      http: served('POST', '/payments/', 201),
      annotations: { route: '/payments' },
      subsegments: [reserve, users],
    }),
    defineSegment({
      name: 'users',
      parent_id: users.id,
      ...at(4, 6),
      http: served('GET', '/users/jwks.json', 503),
      fault: true,
    }),
    defineSegment(entrance),
  ];
}

test('a payment is shown from the entrance to the statements', () => {
  expect(formatTrace(buildTraceTree(definePayment()), false)).toMatchInlineSnapshot(`
    "entrance         POST /payments        201   0.0 ms  42.1 ms  ━━━━━━━━━━━━━━━━━━━━━━━━
    └ payments       POST /payments        201   1.2 ms  40.0 ms  ━━━━━━━━━━━━━━━━━━━━━━━
      ├ users        GET /users/jwks.json        3.0 ms   8.0 ms   ━━━━━
      │ └ users      GET /users/jwks.json  503   4.0 ms   6.0 ms    ━━━━
      └ catalog      POST /stock/reserve        12.0 ms  20.0 ms        ━━━━━━━━━━━━
        └ catalog    POST /stock/reserve   200  14.0 ms  16.0 ms         ━━━━━━━━━━
          └ catalog  reserve-stock              15.0 ms   4.4 ms          ━━━"
  `);
});

test('the order in which segments arrive does not matter', () => {
  const segments = definePayment();
  const shown = formatTrace(buildTraceTree(segments), false);
  for (const [index] of segments.entries()) {
    const turned = [...segments.slice(index), ...segments.slice(0, index)];
    expect(formatTrace(buildTraceTree(turned), false)).toBe(shown);
  }
});

describe('the trace', () => {
  test('has several roots where what called them is missing', () => {
    const roots = buildTraceTree([
      defineSegment({ name: 'users', parent_id: newSegmentId(), ...at(5, 1) }),
      defineSegment({ name: 'catalog', parent_id: newSegmentId(), ...at(1, 1) }),
    ]);
    expect(roots.map(({ name }) => name)).toEqual(['catalog', 'users']);
  });

  test('of two requests is entered twice, each with what it did', () => {
    const entrance = { name: 'entrance', origin: ENTRANCE_ORIGIN };
    const roots = buildTraceTree([
      defineSegment({ name: 'first', ...at(1, 2) }),
      defineSegment({ name: 'second', ...at(11, 2) }),
      defineSegment({ ...entrance, ...at(10, 5) }),
      defineSegment({ ...entrance, ...at(0, 5) }),
    ]);
    expect(roots.map(({ children }) => children.map(({ name }) => name))).toEqual([['first'], ['second']]);
  });

  test('takes in spans that were sent before their segment', () => {
    const segment = defineSegment({ name: 'catalog' });
    const early = defineSegment({ name: 'early', type: 'subsegment', parent_id: segment.id });
    const [root] = buildTraceTree([early, segment]);
    expect(root!.children.map(({ name }) => name)).toEqual(['early']);
  });

  test('shows work that has not ended, work that failed, and nothing wider than a line', () => {
    const { end_time: _, ...unfinished } = defineSegment({
      name: 'users',
      http: { request: { method: 'GET', url: `/${'x'.repeat(80)}` } },
    });
    const segments = [unfinished, defineSegment({ name: 'catalog', error: true, ...at(1, 0) })];
    const shown = formatTrace(buildTraceTree(segments), false).split('\n');
    expect(shown[0]).toMatch(/users .*x… +unfinished .*…/);
    expect(shown[1]).toContain('error');
    for (const line of shown) expect(line.length).toBeLessThan(120);
  });

  test('is coloured where something went wrong', () => {
    const roots = buildTraceTree([defineSegment({ fault: true })]);
    expect(formatTrace(roots, true)).toContain('\u001b[31m');
    expect(formatTrace(roots, false)).not.toContain('\u001b');
  });
});
