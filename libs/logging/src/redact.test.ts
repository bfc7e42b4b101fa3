import fc from 'fast-check';
import { expect, test } from 'vitest';
import { redactLine } from './redact.ts';

const CANARY = 'canary-4f2a';

test.each([
  'password',
  'databasePassword',
  'DATABASE_PASSWORD',
  'client_secret',
  'authorization',
  'Proxy-Authorization',
  'cookie',
  'set-cookie',
  'apiKey',
  'x-api-key',
  'privateKey',
  'credentials',
  'token',
  'accessToken',
  'refresh_token',
  'cardNumber',
  'cvc',
])('the value of a field called %s is not logged, at any depth', (key) => {
  for (const value of [CANARY, [CANARY, 'x'], { inner: CANARY }, `with "quotes" ${CANARY}`]) {
    const line = redactLine(JSON.stringify({ message: 'm', outer: { [key]: value }, after: 'kept' }));
    expect(line).not.toContain(CANARY);
    expect(JSON.parse(line)).toMatchObject({ outer: { [key]: '[redacted]' }, after: 'kept' });
  }
});

test.each([
  ['a JSON Web Token', 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl'],
  ['a bearer token', 'Bearer abcdef0123456789'],
  ['an AWS access key', 'AKIAIOSFODNN7EXAMPLE'],
  ['a payment card', '4242424242424242'],
  ['a payment card in groups', '4242 4242 4242 4242'],
])('%s is not logged, wherever it stands', (_title, value) => {
  const line = redactLine(JSON.stringify({ message: `before ${value} after`, nested: { list: [value] } }));
  expect(line).not.toContain(value);
  expect(line).toContain('before');
  expect(line).toContain('after');
});

test('the value of a field in quoted JSON is not logged', () => {
  const quoted = JSON.stringify({ name: 'kept', password: CANARY, cvc: 123 });
  const line = redactLine(JSON.stringify({ message: `unexpected token in ${quoted}` }));
  expect(line).not.toContain(CANARY);
  expect(line).not.toContain('123');
  expect(line).toContain('kept');
  expect(() => JSON.parse(line) as unknown).not.toThrow();
});

test('the password of a URL is not logged', () => {
  const line = redactLine(JSON.stringify({ url: 'postgres://catalog:s3cret@db:5432/catalog' }));
  expect(line).toContain('postgres://catalog:[redacted]@db:5432/catalog');
});

test.each([
  ['a request id', '0e4c9d4e-8f5b-4f5a-9c3e-7a6b5c4d3e2f'],
  ['a number that is no card', '1234567890123456'],
  ['a plain word with a colon', 'https://example.com/path?a=b'],
  ['a time', '2026-11-21T10:10:05.268Z'],
])('%s stays readable', (_title, value) => {
  expect(redactLine(JSON.stringify({ value }))).toContain(value);
});

test('a line made to be slow is not', () => {
  for (const part of ['://', '1 2', 'eyJ.', '"token":"', 'a://a:', '\\"']) {
    const line = JSON.stringify({ path: part.repeat(1024 / part.length) });
    const started = performance.now();
    for (let run = 0; run < 20; run++) redactLine(line);
    expect(performance.now() - started).toBeLessThan(200);
  }
});

test('a card number is not logged as a number either', () => {
  expect(redactLine(JSON.stringify({ value: 4242424242424242, list: [1, 4242424242424242] }))).toBe(
    '{"value":"[redacted]","list":[1,"[redacted]"]}',
  );
});

test('any line stays one line of JSON with the same fields', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('name', 'stock', 'path', 'password', 'token'), fc.jsonValue()),
      (fields) => {
        const redacted = JSON.parse(redactLine(JSON.stringify(fields))) as Record<string, unknown>;
        expect(Object.keys(redacted).sort()).toEqual(Object.keys(fields).sort());
      },
    ),
  );
});
