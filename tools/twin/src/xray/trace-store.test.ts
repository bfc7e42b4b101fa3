import { describe, expect, test } from 'vitest';
import { defineSegment, traceIdOf } from '../../test/segments.ts';
import { TraceStore } from './trace-store.ts';

const record = (store: TraceStore, changes: Parameters<typeof defineSegment>[0]) => {
  store.record(JSON.stringify(defineSegment(changes)));
};

const namesOf = (store: TraceStore, id: string) =>
  [...(store.find(id)?.segments.values() ?? [])].map(({ segment }) => segment.name);

test('a trace is found by its id, in any case, with all of its segments', () => {
  const store = new TraceStore();
  record(store, { trace_id: traceIdOf(10), name: 'payments' });
  record(store, { trace_id: traceIdOf(10), name: 'catalog' });
  record(store, { trace_id: traceIdOf(11), name: 'users' });
  expect(namesOf(store, traceIdOf(10).toUpperCase())).toEqual(['payments', 'catalog']);
  expect(store.find(traceIdOf(12))).toBeUndefined();
});

test('a segment that comes again replaces the one before', () => {
  const store = new TraceStore();
  record(store, { id: 'a'.repeat(16), name: 'unfinished' });
  record(store, { id: 'a'.repeat(16), name: 'finished' });
  expect(namesOf(store, traceIdOf(0))).toEqual(['finished']);
  expect(store.find(traceIdOf(0))?.revision).toBe(2);
});

describe('the oldest trace makes room', () => {
  test('beyond so many traces', () => {
    const store = new TraceStore({ traces: 2 });
    for (const number of [1, 2, 3]) record(store, { trace_id: traceIdOf(number) });
    expect(store.list().map(({ id }) => id)).toEqual([traceIdOf(3), traceIdOf(2)]);
  });

  test('beyond so many bytes, one that is too big by itself included', () => {
    const store = new TraceStore({ bytes: 1000 });
    record(store, { trace_id: traceIdOf(1) });
    record(store, { trace_id: traceIdOf(2), annotations: { long: 'x'.repeat(900) } });
    expect(store.list()).toEqual([]);
    for (let number = 0; number < 100; number += 1) record(store, { trace_id: traceIdOf(number) });
    expect(store.list().length).toBeGreaterThan(1);
    expect(JSON.stringify(store.list().flatMap(({ segments }) => [...segments.values()])).length).toBeLessThan(5000);
  });
});

describe('what waits for its trace', () => {
  const entrance = (number: number) => JSON.stringify(defineSegment({ trace_id: traceIdOf(number), name: 'entrance' }));

  test('makes no trace by itself, and joins the one that comes', () => {
    const store = new TraceStore();
    store.join(entrance(1));
    expect(store.list()).toEqual([]);
    record(store, { trace_id: traceIdOf(1), name: 'payments' });
    expect(namesOf(store, traceIdOf(1))).toEqual(['payments', 'entrance']);
  });

  test('joins a trace that was there before', () => {
    const store = new TraceStore();
    record(store, { trace_id: traceIdOf(1), name: 'payments' });
    store.join(entrance(1));
    expect(namesOf(store, traceIdOf(1))).toEqual(['payments', 'entrance']);
  });

  test('is ten requests at most, however many come with the same id, in whatever case', () => {
    const store = new TraceStore();
    for (let request = 0; request < 100; request += 1) {
      store.join(entrance(1));
      store.join(entrance(1).replace(traceIdOf(1), traceIdOf(1).toUpperCase()));
    }
    record(store, { trace_id: traceIdOf(1), name: 'payments' });
    expect(namesOf(store, traceIdOf(1))).toEqual(['payments', ...Array.from({ length: 10 }, () => 'entrance')]);
  });

  test('is forgotten after many others', () => {
    const store = new TraceStore();
    for (let number = 1; number <= 1002; number += 1) store.join(entrance(number));
    for (const number of [1, 1002]) record(store, { trace_id: traceIdOf(number), name: 'payments' });
    expect(namesOf(store, traceIdOf(1))).toEqual(['payments']);
    expect(namesOf(store, traceIdOf(1002))).toEqual(['payments', 'entrance']);
  });
});

test.for([
  ['not JSON', '{'],
  ['without a name', JSON.stringify({ ...defineSegment(), name: '' })],
  ['with the id of W3C', JSON.stringify(defineSegment({ trace_id: '0af7651916cd43dd8448eb211c80319c' }))],
  ['without a start', JSON.stringify({ ...defineSegment(), start_time: undefined })],
  ['with a broken span', JSON.stringify({ ...defineSegment(), subsegments: [{ name: 'users' }] })],
] as const)('a document %s is refused', ([, document]) => {
  const store = new TraceStore();
  expect(() => {
    store.record(document);
  }).toThrow();
  expect(store.list()).toEqual([]);
});
