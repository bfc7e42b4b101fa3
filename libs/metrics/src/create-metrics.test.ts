import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseEmbeddedMetrics } from '../test/parse-embedded-metrics.ts';
import { createMetrics } from './create-metrics.ts';
import type { Metrics, RequestMeasurement } from './metrics.ts';

const NOW = Date.parse('2026-11-21T10:15:30Z');

let written: string[];
let metrics: Metrics;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  written = [];
  metrics = createMetrics({ service: 'catalog', environment: 'dev', write: (line) => written.push(line) });
});

afterEach(async () => {
  await metrics[Symbol.asyncDispose]();
  vi.useRealTimers();
});

const FOUND: RequestMeasurement = { method: 'GET', route: '/products/:id', status: 200, durationMs: 10 };

const record = (count: number, changes: Partial<RequestMeasurement> = {}) => {
  for (let index = 0; index < count; index += 1) metrics.recordRequest({ ...FOUND, ...changes });
};

/** What CloudWatch reads when the interval is over. */
function readInterval() {
  vi.advanceTimersByTime(60_000);
  return written.splice(0).map(parseEmbeddedMetrics);
}

test('an interval is one line for each route, whatever happened in it', () => {
  record(1000);
  record(1, { status: 404 });
  record(2, { status: 500 });
  record(3, { method: 'PUT' });
  record(1, { route: '/products' });
  const lines = readInterval();
  expect(lines.map(({ dimensions }) => dimensions.Route)).toEqual([
    'GET /products/:id',
    'PUT /products/:id',
    'GET /products',
  ]);
  expect(lines[0]).toMatchObject({
    namespace: 'Fairlead',
    timestamp: NOW + 60_000,
    dimensions: { Service: 'catalog', Environment: 'dev' },
    dimensionSets: [
      ['Service', 'Environment', 'Route'],
      ['Service', 'Environment'],
    ],
    metrics: {
      Requests: { unit: 'Count', value: 1003 },
      Errors: { unit: 'Count', value: 2 },
      ClientErrors: { unit: 'Count', value: 1 },
      Latency: { unit: 'Milliseconds', value: { Count: 1003, Min: 10, Max: 10, Sum: 10_030, Counts: [1003] } },
    },
  });
});

test('events of the service are counted, each under its name', () => {
  metrics.count('PaymentsCaptured');
  metrics.count('PaymentsCaptured', 2);
  metrics.count('PaymentsDeclined');
  expect(readInterval()).toMatchObject([
    {
      dimensionSets: [['Service', 'Environment']],
      metrics: { PaymentsCaptured: { unit: 'Count', value: 3 }, PaymentsDeclined: { value: 1 } },
    },
  ]);
});

test('more events than one line takes are spread over several', () => {
  for (let index = 0; index < 250; index += 1) metrics.count(`Event${index}`);
  const lines = readInterval();
  expect(lines.map((line) => Object.keys(line.metrics).length)).toEqual([100, 100, 50]);
});

describe('an interval', () => {
  test('in which nothing happens writes nothing', () => {
    expect(readInterval()).toEqual([]);
    record(1);
    expect(readInterval()).toHaveLength(1);
    expect(readInterval()).toEqual([]);
  });

  test('begins at nothing', () => {
    for (const count of [5, 7]) {
      record(count);
      metrics.count('Sold', count);
      const values = readInterval().map((line) => (line.metrics.Requests ?? line.metrics.Sold)?.value);
      expect(values).toEqual([count, count]);
    }
  });

  test('that the end of the process cuts short is written, once', async () => {
    record(1);
    await metrics[Symbol.asyncDispose]();
    await metrics[Symbol.asyncDispose]();
    expect(written).toHaveLength(1);
    vi.advanceTimersByTime(120_000);
    expect(written).toHaveLength(1);
  });
});

describe('the number of series is bounded', () => {
  const routesOf = () => readInterval().map(({ dimensions }) => dimensions.Route);

  test('where no route has the path, whatever was asked', () => {
    for (const method of ['GET', 'POST', 'BREW']) metrics.recordRequest({ ...FOUND, method, route: undefined });
    expect(routesOf()).toEqual(['other']);
  });

  test('where there are too many routes, which are counted together', () => {
    for (let index = 0; index < 1000; index += 1) record(1, { route: `/${index}` });
    const lines = readInterval();
    expect(lines).toHaveLength(201);
    expect(lines.at(-1)).toMatchObject({ dimensions: { Route: 'other' }, metrics: { Requests: { value: 800 } } });
  });
});

test('a namespace, an interval and a clock can be given', () => {
  const lines: string[] = [];
  const given = createMetrics({
    namespace: 'Shop',
    service: 'users',
    environment: 'staging',
    intervalMs: 1000,
    now: () => 42,
    write: (line) => lines.push(line),
  });
  given.count('SignIns');
  vi.advanceTimersByTime(1000);
  expect(lines.map(parseEmbeddedMetrics)).toMatchObject([{ namespace: 'Shop', timestamp: 42 }]);
});
