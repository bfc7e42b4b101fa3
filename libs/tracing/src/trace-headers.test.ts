import type { TraceContext } from '@fairlead/request-context';
import fc from 'fast-check';
import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, test } from 'vitest';
import { parseTraceHeaders, propagationHeaders } from './trace-headers.ts';

const TIME = '5759e988';
const REST = 'bd862e3fe1be46a994272793';
const TRACE_ID = TIME + REST;
const PARENT_ID = '53995c3f42cd8ad8';
const ROOT = `Root=1-${TIME}-${REST}`;

const parse = (headers: Record<string, unknown>) => parseTraceHeaders(headers as IncomingHttpHeaders);

describe('X-Amzn-Trace-Id', () => {
  test.for([
    [`${ROOT};Parent=${PARENT_ID};Sampled=1`, { traceId: TRACE_ID, parentId: PARENT_ID, sampled: true }],
    [`${ROOT};Parent=${PARENT_ID};Sampled=0`, { traceId: TRACE_ID, parentId: PARENT_ID, sampled: false }],
    [`${ROOT};Sampled=?`, { traceId: TRACE_ID }],
    [ROOT, { traceId: TRACE_ID }],
    [`Self=1-67891234-12456789abcdef012345678;${ROOT};CalledFrom=app`, { traceId: TRACE_ID }],
    [` sampled=1 ; root=1-${TIME.toUpperCase()}-${REST} ;;=; Lineage=a=b`, { traceId: TRACE_ID, sampled: true }],
    [`${ROOT};Parent=0000000000000000`, { traceId: TRACE_ID }],
    [`${ROOT};Parent=short;Sampled=yes`, { traceId: TRACE_ID }],
  ] as const)('%s', ([header, expected]) => {
    expect(parse({ 'x-amzn-trace-id': header })).toEqual(expected);
  });

  test.for([
    '',
    'Root',
    'Root=',
    `Parent=${PARENT_ID};Sampled=1`,
    `Root=2-${TIME}-${REST}`,
    `Root=1-${TIME}-${REST}0`,
    `Root=1-${TIME}${REST}`,
    'Root=1-00000000-000000000000000000000000',
    `Root=1-${TIME}-${'g'.repeat(24)}`,
    `${ROOT}, ${ROOT}`,
  ])('is nothing where it has no root: "%s"', (header) => {
    expect(parse({ 'x-amzn-trace-id': header })).toBeUndefined();
  });
});

describe('traceparent', () => {
  const good = `00-${TRACE_ID}-${PARENT_ID}-01`;

  test.for([
    [good, { traceId: TRACE_ID, parentId: PARENT_ID, sampled: true }],
    [`00-${TRACE_ID}-${PARENT_ID}-00`, { traceId: TRACE_ID, parentId: PARENT_ID, sampled: false }],
    [`00-${TRACE_ID}-${PARENT_ID}-03`, { traceId: TRACE_ID, parentId: PARENT_ID, sampled: true }],
    [`cc-${TRACE_ID}-${PARENT_ID}-01-what-comes-later`, { traceId: TRACE_ID, parentId: PARENT_ID, sampled: true }],
  ] as const)('%s', ([traceparent, expected]) => {
    expect(parse({ traceparent })).toEqual(expected);
  });

  test.for([
    '',
    `ff-${TRACE_ID}-${PARENT_ID}-01`,
    `${good}-more`,
    `00-${TRACE_ID.toUpperCase()}-${PARENT_ID}-01`,
    `00-${'0'.repeat(32)}-${PARENT_ID}-01`,
    `00-${TRACE_ID}-${'0'.repeat(16)}-01`,
    `00-${TRACE_ID}-${PARENT_ID}`,
  ])('is nothing where it is malformed: "%s"', (traceparent) => {
    expect(parse({ traceparent })).toBeUndefined();
  });

  test('brings its state along', () => {
    expect(parse({ traceparent: good, tracestate: 'vendor=1' })).toMatchObject({ state: 'vendor=1' });
    expect(parse({ traceparent: good, tracestate: 'x'.repeat(513) })).not.toHaveProperty('state');
  });
});

test('the load balancer decides where both headers name a trace', () => {
  const other = '0af7651916cd43dd8448eb211c80319c';
  const both = { 'x-amzn-trace-id': ROOT, traceparent: `00-${other}-${PARENT_ID}-01`, tracestate: 'vendor=1' };
  expect(parse(both)).toEqual({ traceId: TRACE_ID });
  expect(parse({ ...both, 'x-amzn-trace-id': 'Self=1-a-b' })).toEqual({
    traceId: other,
    parentId: PARENT_ID,
    sampled: true,
    state: 'vendor=1',
  });
});

const hex = (length: number) =>
  fc
    .array(
      fc.nat(15).map((digit) => digit.toString(16)),
      { minLength: length, maxLength: length },
    )
    .map((digits) => digits.join(''))
    .filter((digits) => /[^0]/.test(digits));

const traceContext: fc.Arbitrary<TraceContext> = fc.record(
  { traceId: hex(32), spanId: hex(16), sampled: fc.boolean(), state: fc.constantFrom('vendor=1', 'a=b,c=d') },
  { requiredKeys: ['traceId', 'spanId', 'sampled'] },
);

test('what a service hands on is what the next one reads, from either header', () => {
  fc.assert(
    fc.property(traceContext, (trace) => {
      const { traceId, spanId, sampled, state } = trace;
      const { 'X-Amzn-Trace-Id': amazon, traceparent, tracestate } = propagationHeaders(trace);
      const expected = { traceId, parentId: spanId, sampled };
      expect(parse({ 'x-amzn-trace-id': amazon })).toEqual(expected);
      const whole = state === undefined ? expected : { ...expected, state };
      expect(parse({ traceparent, tracestate })).toEqual(whole);
      expect(parse({ 'x-amzn-trace-id': amazon, traceparent, tracestate })).toEqual(whole);
    }),
  );
});

test('no header is too strange to be read', () => {
  const pieces = fc.array(fc.constantFrom(ROOT, 'Root=', ';', '=', '-', '1-', `Parent=${PARENT_ID}`, TRACE_ID, '00'));
  const value = fc.oneof(
    fc.string(),
    pieces.map((some) => some.join('')),
    fc.array(fc.string()),
    fc.constant(undefined),
  );
  const headers = fc.record({ 'x-amzn-trace-id': value, traceparent: value, tracestate: value });
  fc.assert(
    fc.property(headers, (given) => {
      const parsed = parse(given);
      if (parsed) expect(parsed.traceId).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
    }),
    { numRuns: 2000 },
  );
});
