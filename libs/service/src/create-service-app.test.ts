import { Health } from '@fairlead/health';
import { createLogger } from '@fairlead/logging';
import { defineProblem } from '@fairlead/problem';
import { Router } from 'express';
import request from 'supertest';
import { describe, expect, test } from 'vitest';
import { createServiceApp } from './create-service-app.ts';

const broken = defineProblem({ code: 'test/broken', kind: 'unavailable', meaning: 'Not now.' });

function createTestApp() {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  const logger = createLogger({ level: 'debug', fields: { service: 'test' }, destination });
  const router = Router();
  router.get('/things/:id', (_request, response) => {
    logger.info({ password: 'hunter2' }, 'inside');
    response.json({});
  });
  router.get('/bug', () => {
    throw new Error('the secret table has no row 7');
  });
  router.get('/async-bug', () => Promise.reject(new TypeError('async')));
  router.get('/string', () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- what a careless library does
    throw 'just text';
  });
  router.get('/unavailable', () => {
    throw broken('later', { cause: new Error('connection refused'), headers: { 'Retry-After': '1' } });
  });
  router.get('/half', (_request, response) => {
    response.write('half');
    throw new Error('too late');
  });
  const health = new Health();
  health.ready();
  return { app: createServiceApp({ logger, health, routes: [router] }), health, lines };
}

describe('a request', () => {
  test('is logged in one line, without its query', async () => {
    const { app, lines } = createTestApp();
    await request(app).get('/things/7?email=someone@example.com').expect(200);
    const access = lines.filter(({ message }) => message === 'request');
    expect(access).toEqual([
      expect.objectContaining({
        level: 'info',
        service: 'test',
        method: 'GET',
        path: '/things/7',
        route: '/things/:id',
        status: 200,
        requestId: expect.any(String),
        durationMs: expect.any(Number),
      }),
    ]);
    expect(JSON.stringify(lines)).not.toContain('someone@example.com');
  });

  test('gives its id to every line that is written for it, and to the answer', async () => {
    const { app, lines } = createTestApp();
    const response = await request(app).get('/things/7').set('X-Request-Id', 'caller-id-0001');
    expect(response.headers['x-request-id']).toBe('caller-id-0001');
    expect(lines.map(({ requestId }) => requestId)).toEqual(['caller-id-0001', 'caller-id-0001']);
    expect(lines[0]).toMatchObject({ message: 'inside', password: '[redacted]' });
  });

  test.each([
    'short',
    'x'.repeat(129),
    'with space 123',
    '-leading-hyphen',
    '{"json":"injection"}',
    '${jndi:ldap://x}',
  ])('with the id %j gets another one', async (id) => {
    const { app } = createTestApp();
    const response = await request(app).get('/things/7').set('X-Request-Id', id);
    expect(response.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('of a probe is no news', async () => {
    const { app, lines } = createTestApp();
    await request(app).get('/livez').expect(200);
    expect(lines).toMatchObject([{ level: 'debug', path: '/livez' }]);
  });
});

describe('an error', () => {
  test.each(['/bug', '/async-bug', '/string'])(
    'that nobody expected at %s is a bare 500, logged once with its cause',
    async (path) => {
      const { app, lines } = createTestApp();
      const response = await request(app)
        .get(path)
        .expect(500)
        .expect('Content-Type', /application\/problem\+json/);
      expect(response.body).toMatchObject({ code: 'request/internal', requestId: response.headers['x-request-id'] });
      expect(response.text).not.toMatch(/secret table|async|just text|at .*\.ts/);
      expect(lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    },
  );

  test('that says "not now" is a 503 with Retry-After, logged as a warning with its cause', async () => {
    const { app, lines } = createTestApp();
    const response = await request(app).get('/unavailable').expect(503).expect('Retry-After', '1');
    expect(response.body).toMatchObject({ code: 'test/broken', detail: 'later' });
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'warn', error: expect.objectContaining({ message: 'connection refused' }) }),
    );
  });

  test('after half an answer breaks the connection', async () => {
    const { app } = createTestApp();
    await expect(request(app).get('/half')).rejects.toThrow(/aborted|socket hang up/);
  });

  test.each([
    ['/nowhere', 404, 'request/route-not-found'],
    ['/things/%zz', 400, 'request/malformed'],
    ['/things/', 404, 'request/route-not-found'],
  ])('for the path %s is problem+json', async (path, status, code) => {
    const { app, lines } = createTestApp();
    const response = await request(app).get(path).expect(status);
    expect(response.body).toMatchObject({ status, code });
    expect(lines.some(({ level }) => level === 'error')).toBe(false);
  });
});

test('every answer has the security headers, and none says what it runs on', async () => {
  const { app } = createTestApp();
  for (const path of ['/things/7', '/bug', '/nowhere', '/livez']) {
    const { headers } = await request(app).get(path);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.any(String),
    });
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).not.toHaveProperty('etag');
  }
});

test.each(['/livez', '/readyz', '/healthz'])(
  'a method that %s does not have is refused with those that it has',
  async (path) => {
    const { app } = createTestApp();
    const response = await request(app).post(path).expect(405).expect('Allow', 'GET, HEAD');
    expect(response.body).toMatchObject({ code: 'request/method-not-allowed' });
  },
);

test('while draining every answer closes its connection', async () => {
  const { app, health } = createTestApp();
  health.drain();
  for (const path of ['/things/7', '/bug', '/nowhere', '/readyz']) {
    expect((await request(app).get(path)).headers.connection).toBe('close');
  }
});

test('the state of dependencies is told to those who ask, and changes nothing else', async () => {
  const { app, health } = createTestApp();
  health.addCheck('database', () => Promise.reject(new Error('down')));
  expect((await request(app).get('/healthz').expect(200)).body).toMatchObject({ status: 'warn' });
  await request(app).get('/readyz').expect(200);
  await request(app).get('/livez').expect(200);
});
