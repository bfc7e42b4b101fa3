import type { RequestMeasurement } from '@fairlead/metrics';
import { defineProblem } from '@fairlead/problem';
import { findRequestContext, type RequestContext } from '@fairlead/request-context';
import { Router } from 'express';
import { once } from 'node:events';
import { createServer, get, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import request from 'supertest';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createTestContext } from '../test/create-test-context.ts';
import { createServiceApp } from './create-service-app.ts';

const broken = defineProblem({ code: 'test/broken', kind: 'unavailable', meaning: 'Not now.' });

async function createTestApp({ trustedProxies = 0 } = {}) {
  const context = await createTestContext({ name: 'test', trustedProxies });
  const measured: RequestMeasurement[] = [];
  const contexts: RequestContext[] = [];
  const metrics = {
    ...context.metrics,
    recordRequest: (measurement: RequestMeasurement) => void measured.push(measurement),
  };
  const { logger, health, log } = context;
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
  router.get('/context', (_request, response) => {
    contexts.push(findRequestContext()!);
    response.end();
  });
  health.ready();
  const app = createServiceApp({ ...context, metrics, routes: [router] });
  return {
    app,
    health,
    measured,
    contexts,
    lines: () => log.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

describe('a request', () => {
  test('is logged in one line, without its query', async () => {
    const { app, lines } = await createTestApp();
    await request(app).get('/things/7?email=someone@example.com').expect(200);
    const access = lines().filter(({ message }) => message === 'request');
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
    expect(JSON.stringify(lines())).not.toContain('someone@example.com');
  });

  test('gives its id to every line that is written for it, and to the answer', async () => {
    const { app, lines } = await createTestApp();
    const response = await request(app).get('/things/7').set('X-Request-Id', 'caller-id-0001');
    expect(response.headers['x-request-id']).toBe('caller-id-0001');
    expect(lines().map(({ requestId }) => requestId)).toEqual(['caller-id-0001', 'caller-id-0001']);
    expect(lines()[0]).toMatchObject({ message: 'inside', password: '[redacted]' });
  });

  test.each([
    'short',
    'x'.repeat(129),
    'with space 123',
    '-leading-hyphen',
    '{"json":"injection"}',
    '${jndi:ldap://x}',
  ])('with the id %j gets another one', async (id) => {
    const { app } = await createTestApp();
    const response = await request(app).get('/things/7').set('X-Request-Id', id);
    expect(response.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('of a probe is no news', async () => {
    const { app, lines, measured } = await createTestApp();
    await request(app).get('/livez').expect(200);
    expect([...lines(), ...measured]).toEqual([]);
  });

  test('is measured by the path of its route', async () => {
    const { app, measured } = await createTestApp();
    for (const path of ['/things/7', '/things/8', '/nowhere']) await request(app).get(path);
    expect(measured).toMatchObject([
      { method: 'GET', route: '/things/:id', status: 200, durationMs: expect.any(Number) },
      { method: 'GET', route: '/things/:id', status: 200 },
      { method: 'GET', route: undefined, status: 404 },
    ]);
  });
});

describe('an error', () => {
  test.each(['/bug', '/async-bug', '/string'])(
    'that nobody expected at %s is a bare 500, logged once with its cause',
    async (path) => {
      const { app, lines } = await createTestApp();
      const response = await request(app)
        .get(path)
        .expect(500)
        .expect('Content-Type', /application\/problem\+json/);
      expect(response.body).toMatchObject({ code: 'request/internal', requestId: response.headers['x-request-id'] });
      expect(response.text).not.toMatch(/secret table|async|just text|at .*\.ts/);
      expect(lines().filter(({ level }) => level === 'error')).toHaveLength(1);
    },
  );

  test('that says "not now" is a 503 with Retry-After, logged as a warning with its cause', async () => {
    const { app, lines } = await createTestApp();
    const response = await request(app).get('/unavailable').expect(503).expect('Retry-After', '1');
    expect(response.body).toMatchObject({ code: 'test/broken', detail: 'later' });
    expect(lines()).toContainEqual(
      expect.objectContaining({ level: 'warn', error: expect.objectContaining({ message: 'connection refused' }) }),
    );
  });

  test('after half an answer breaks the connection', async () => {
    const { app } = await createTestApp();
    await expect(request(app).get('/half')).rejects.toThrow(/aborted|socket hang up/);
  });

  test.each([
    ['/nowhere', 404, 'request/route-not-found'],
    ['/things/%zz', 400, 'request/malformed'],
    ['/things/', 404, 'request/route-not-found'],
  ])('for the path %s is problem+json', async (path, status, code) => {
    const { app, lines } = await createTestApp();
    const response = await request(app).get(path).expect(status);
    expect(response.body).toMatchObject({ status, code });
    expect(lines().some(({ level }) => level === 'error')).toBe(false);
  });
});

test('every answer has the security headers, and none says what it runs on', async () => {
  const { app } = await createTestApp();
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
    const { app } = await createTestApp();
    const response = await request(app).post(path).expect(405).expect('Allow', 'GET, HEAD');
    expect(response.body).toMatchObject({ code: 'request/method-not-allowed' });
  },
);

test('while draining every answer closes its connection', async () => {
  const { app, health } = await createTestApp();
  health.drain();
  for (const path of ['/things/7', '/bug', '/nowhere', '/readyz']) {
    expect((await request(app).get(path)).headers.connection).toBe('close');
  }
});

test('the state of dependencies is told to those who ask, and changes nothing else', async () => {
  const { app, health } = await createTestApp();
  health.addCheck('database', () => Promise.reject(new Error('down')));
  expect((await request(app).get('/healthz').expect(200)).body).toMatchObject({ status: 'warn' });
  await request(app).get('/readyz').expect(200);
  await request(app).get('/livez').expect(200);
});

describe('a request from another service', () => {
  test('is answered with the name of this one', async () => {
    const { app } = await createTestApp();
    await request(app)
      .get('/things/7')
      .set('X-Fairlead-Service', 'test')
      .expect(200, /.*/)
      .expect('X-Fairlead-Service', 'test');
    await request(app).get('/nowhere').expect('X-Fairlead-Service', 'test');
  });

  test('that is meant for yet another is refused before anything is done', async () => {
    const { app, contexts } = await createTestApp();
    const response = await request(app).get('/context').set('X-Fairlead-Service', 'other').expect(421);
    expect(response.body).toMatchObject({ code: 'request/misdirected' });
    expect(contexts).toEqual([]);
  });

  test('that nobody waits for any more is refused before anything is done', async () => {
    const { app, contexts } = await createTestApp();
    const response = await request(app).get('/context').set('X-Request-Timeout-Ms', '0').expect(503);
    expect(response.body).toMatchObject({ code: 'request/deadline-passed' });
    expect(contexts).toEqual([]);
  });

  test.each([
    ['1500', 1500],
    ['99999', 30_000],
    ['1e3', 30_000],
    ['-5', 30_000],
    ['', 30_000],
  ])('that waits "%s" ms has %i ms left', async (given, expected) => {
    const { app, contexts } = await createTestApp();
    const before = performance.now();
    await request(app).get('/context').set('X-Request-Timeout-Ms', given).expect(200);
    const left = contexts[0]!.deadline - before;
    expect(left).toBeGreaterThanOrEqual(expected);
    expect(left).toBeLessThan(expected + 2000);
  });
});

describe('the address of the client', () => {
  const forwarded = '203.0.113.9, 198.51.100.7';

  test.each([
    [0, '127.0.0.1'],
    [1, '198.51.100.7'],
    [2, '203.0.113.9'],
  ])('behind %i proxies is %s, whatever it claims to be', async (trustedProxies, expected) => {
    const { app, contexts } = await createTestApp({ trustedProxies });
    await request(app).get('/context').set('X-Forwarded-For', forwarded).expect(200);
    expect(contexts[0]?.clientAddress.replace('::ffff:', '')).toBe(expected);
  });
});

describe('the signal of a request', () => {
  async function startWaiting(headers: Record<string, string>) {
    const context = await createTestContext({ name: 'test' });
    const asked = Promise.withResolvers<undefined>();
    const aborted = Promise.withResolvers<string>();
    const router = Router();
    router.get('/wait', () => {
      const { signal } = findRequestContext()!;
      signal.addEventListener('abort', () => {
        aborted.resolve((signal.reason as Error).message);
      });
      asked.resolve(undefined);
    });
    const server = createServer(createServiceApp({ ...context, routes: [router] }) as RequestListener).listen(0);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = get({ port, path: '/wait', headers }).on('error', () => undefined);
    onTestFinished(() => {
      client.destroy();
      server.close();
    });
    await asked.promise;
    return { client, reason: aborted.promise };
  }

  test('is aborted when its deadline passes', async () => {
    const { reason } = await startWaiting({ 'X-Request-Timeout-Ms': '50' });
    expect(await reason).toBe('the deadline of the request passed');
  });

  test('is aborted when the caller goes away', async () => {
    const { client, reason } = await startWaiting({});
    client.destroy();
    expect(await reason).toBe('the caller went away');
  });
});
