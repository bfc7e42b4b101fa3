import { runInRequest, type RequestContext } from '@fairlead/request-context';
import { expect, test } from 'vitest';
import { createLogger } from './create-logger.ts';

function createTestLogger() {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({ level: 'info', fields: { service: 'test', environment: 'dev' }, destination });
  return { logger, lines, records: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

test('a line is one JSON object with its level in words and its time in UTC', () => {
  const { logger, records } = createTestLogger();
  logger.warn({ port: 8080 }, 'listening');
  expect(records()).toEqual([
    {
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      service: 'test',
      environment: 'dev',
      port: 8080,
      message: 'listening',
    },
  ]);
});

test('a value cannot begin another line', () => {
  const { logger, lines } = createTestLogger();
  logger.info({ name: 'a\r\n{"level":"fatal"}', other: '\u2028' }, 'with\nbreaks');
  expect(lines).toHaveLength(1);
  expect(lines[0]?.trimEnd()).not.toMatch(/[\r\n]/);
});

const createContext = (requestId: string): RequestContext => ({
  requestId,
  deadline: Infinity,
  signal: new AbortController().signal,
  clientAddress: '192.0.2.1',
  trace: { traceId: `trace-${requestId}`, spanId: '', sampled: false },
});

test('lines of a request carry its id and that of its trace, and nothing of each other', async () => {
  const { logger, records } = createTestLogger();
  await Promise.all(
    ['one', 'two'].map((requestId) =>
      runInRequest(createContext(requestId), async () => {
        logger.info({ [requestId]: true }, 'first');
        await new Promise((resolve) => setImmediate(resolve));
        logger.info('second');
      }),
    ),
  );
  logger.info('outside');
  expect(
    records().map(({ time: _time, level: _level, service: _service, environment: _environment, ...rest }) => rest),
  ).toEqual([
    { requestId: 'one', traceId: 'trace-one', one: true, message: 'first' },
    { requestId: 'two', traceId: 'trace-two', two: true, message: 'first' },
    { requestId: 'one', traceId: 'trace-one', message: 'second' },
    { requestId: 'two', traceId: 'trace-two', message: 'second' },
    { message: 'outside' },
  ]);
});

test('an error is logged with its causes and its code, and with nothing that hangs on it', () => {
  const { logger, records } = createTestLogger();
  const cause = Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED', parameters: ['private'] });
  logger.error({ error: new TypeError('no products', { cause }) }, 'failed');
  expect(records()[0]).toMatchObject({
    error: {
      type: 'TypeError',
      message: 'no products',
      cause: { message: 'connection refused', code: 'ECONNREFUSED' },
    },
  });
  expect(JSON.stringify(records())).not.toContain('private');
});

test('secrets are redacted whatever they came in', () => {
  const { logger, lines } = createTestLogger();
  logger.info({ body: { password: 'canary' } }, 'with Bearer abcdefgh12345678');
  expect(lines.join('')).not.toMatch(/canary|abcdefgh/);
});
