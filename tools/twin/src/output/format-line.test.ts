import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { formatLine } from './format-line.ts';
import type { LogRecord } from './output.ts';

const RECORD: LogRecord = {
  level: 'info',
  time: '2026-11-21T10:15:30.123Z',
  message: 'ready',
  service: 'catalog',
  task: '158d1c8083dd49d6b527399fd6414f5c',
};

test('a record is one line for a person: when, who, what', () => {
  const records: LogRecord[] = [
    RECORD,
    { ...RECORD, message: 'request', method: 'GET', path: '/products', status: 200, durationMs: 3.1, requestId: 'r-1' },
    { ...RECORD, message: 'products seeded', environment: 'dev', count: 300, categories: ['lamps', 'chairs'] },
    { level: 'warn', time: RECORD.time, message: 'port 8080 is taken', service: 'twin' },
    { ...RECORD, level: 'debug', service: 'a-service-with-a-long-name', message: 'cache miss' },
  ];
  expect(records.map((record) => formatLine(record, false)).join('\n')).toMatchInlineSnapshot(`
    "10:15:30.123  catalog/158d1c    ready
    10:15:30.123  catalog/158d1c    GET /products 200 3.1 ms
    10:15:30.123  catalog/158d1c    products seeded  count=300  categories=["lamps","chairs"]
    10:15:30.123  twin              warn port 8080 is taken
    10:15:30.123  a-service-with-a-long-name/158d1c  debug cache miss"
  `);
});

test('an error follows below its line with its stack and its causes', () => {
  const error = {
    message: 'the query failed',
    stack: 'DatabaseError: the query failed\n    at query (database.ts:7)',
    cause: { message: 'connection refused' },
  };
  expect(formatLine({ ...RECORD, level: 'error', message: 'request failed', error }, false)).toMatchInlineSnapshot(`
    "10:15:30.123  catalog/158d1c    error request failed
      DatabaseError: the query failed
          at query (database.ts:7)
      caused by connection refused"
  `);
});

test('colour changes how a line looks, not what it says', () => {
  for (const level of ['info', 'warn', 'error', 'fatal', 'debug']) {
    const record = { ...RECORD, level };
    const coloured = formatLine(record, true);
    expect(coloured).not.toBe(formatLine(record, false));
    expect(stripVTControlCharacters(coloured)).toBe(formatLine(record, false));
  }
});
