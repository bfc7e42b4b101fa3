import { defineProblem, toDocument, type Problem } from '@fairlead/problem';
import express, { type ErrorRequestHandler } from 'express';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import request from 'supertest';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { defineContract } from './contract.ts';
import { createRouter, type Authorize } from './create-router.ts';
import { integerParameter } from './parameters.ts';

const refused = defineProblem({ code: 'test/refused', kind: 'forbidden', meaning: 'Not for you.' });

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
      query: z.strictObject({ limit: integerParameter({ min: 1, max: 10, default: 5 }), word: z.string().optional() }),
      responses: { 200: { description: 'Things.', body: z.strictObject({ limit: z.number() }) } },
    },
    create: {
      method: 'post',
      path: '/things',
      summary: 'A new thing.',
      audience: 'admin',
      body: z.strictObject({ name: z.string(), tags: z.array(z.string()).optional() }),
      responses: { 201: { description: 'It.', body: z.strictObject({ name: z.string() }) } },
      problems: [refused],
    },
    remove: {
      method: 'delete',
      path: '/things/:id',
      summary: 'Gone.',
      audience: 'anyone',
      params: z.strictObject({ id: z.uuid() }),
      responses: { 204: { description: 'Gone.' } },
    },
  },
});

const letIn: Authorize = () => undefined;

function createApp(authorize = letIn) {
  const router = createRouter(
    contract,
    {
      list: ({ query }) => Promise.resolve({ status: 200, body: { limit: query.limit } }),
      create: ({ body }) => {
        const secret = { name: body.name, internal: 'not for callers' };
        return Promise.resolve({ status: 201, body: secret, headers: { Location: '/things/1' } });
      },
      remove: () => Promise.resolve({ status: 204 }),
    },
    { authorize },
  );
  const handle: ErrorRequestHandler = (problem: Problem, _request, response, _next) => {
    response.status(problem.status).set(problem.headers).json(toDocument(problem));
  };
  return express().use(router).use(handle);
}

async function listen(): Promise<number> {
  const server = createServer(createApp()).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const post = (body: string, contentType = 'application/json') =>
  request(createApp()).post('/things').set('Content-Type', contentType).send(body);

describe('a request that keeps to the contract', () => {
  test('is handed to its handler parsed, with defaults', async () => {
    const response = await request(createApp()).get('/things').expect(200);
    expect(response.body).toEqual({ limit: 5 });
  });

  test('is answered with the fields of the contract and no others', async () => {
    const response = await post('{"name":"x"}').expect(201).expect('Location', '/things/1');
    expect(response.text).toBe('{"name":"x"}');
  });

  test('may have a charset in its media type', async () => {
    await post('{"name":"x"}', 'application/json; charset=utf-8').expect(201);
  });

  test('has no body and no content type where the contract has none', async () => {
    const response = await request(createApp()).delete('/things/01a1fd95-ac1d-77a5-996f-79e362c5112c').expect(204);
    expect(response.headers['content-type']).toBeUndefined();
  });
});

describe('a bad body', () => {
  test.each([
    ['no JSON', '{"name":', 400, 'request/malformed'],
    ['nothing', '', 400, 'request/malformed'],
    ['a value of the wrong type', '{"name":3}', 400, 'request/invalid'],
    ['no object', '[]', 400, 'request/invalid'],
    ['null', 'null', 400, 'request/invalid'],
    ['an unknown field', '{"name":"x","nam":"y"}', 400, 'request/invalid'],
    ['a __proto__ key', '{"name":"x","__proto__":{"admin":true}}', 400, 'request/malformed'],
    ['an escaped __proto__ key', '{"name":"x","\\u005f_proto__":{}}', 400, 'request/malformed'],
    ['a nested __proto__ key', '{"name":"x","tags":[{"__proto__":1}]}', 400, 'request/malformed'],
    ['a constructor key', '{"name":"x","constructor":{}}', 400, 'request/invalid'],
    [
      'more than the limit and more than is read',
      JSON.stringify({ name: 'x'.repeat(3 * 1024 * 1024) }),
      413,
      'request/body-too-large',
    ],
    ['more than the limit', JSON.stringify({ name: 'x'.repeat(1024 * 1024) }), 413, 'request/body-too-large'],
  ])('%s is refused', async (_title, body, status, code) => {
    const response = await post(body).expect(status);
    expect(response.body).toMatchObject({ status, code });
  });

  test('bytes that are not UTF-8 are refused', async () => {
    const body = Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
    const port = await listen();
    const headers = { 'Content-Type': 'application/json' };
    const response = await fetch(`http://127.0.0.1:${port}/things`, { method: 'POST', headers, body });
    expect(await response.json()).toMatchObject({ status: 400, code: 'request/malformed' });
  });

  test('another media type is refused, and told which are taken', async () => {
    const response = await post('name=x', 'application/x-www-form-urlencoded')
      .expect(415)
      .expect('Accept', 'application/json');
    expect(response.body).toMatchObject({ detail: expect.stringContaining('application/x-www-form-urlencoded') });
  });

  test('a compressed body is refused', async () => {
    await request(createApp())
      .post('/things')
      .set({ 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' })
      .send(gzipSync('{"name":"x"}'))
      .expect(415);
  });

  test('every field at fault is named, in every part of the request', async () => {
    const response = await post('{"tags":[1,"x"],"extra":1}').expect(400);
    expect(response.body).toMatchObject({
      detail: 'not valid: body name, body tags.0, body extra',
      errors: [
        { in: 'body', field: 'name', message: 'is required' },
        { in: 'body', field: 'tags.0', message: expect.stringContaining('expected string') },
        { in: 'body', field: 'extra', message: 'is not a field here' },
      ],
    });
  });
});

test('a body that is sent in chunks without end is cut off at the limit', async () => {
  const socket = connect(await listen(), '127.0.0.1');
  socket.write(
    'POST /things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
  );
  const chunk = `${(16 * 1024).toString(16)}\r\n${'x'.repeat(16 * 1024)}\r\n`;
  let answer = '';
  socket.on('data', (data) => (answer += data.toString()));
  socket.on('error', () => undefined);
  for (let sent = 0; sent < 150 && !answer; sent++) socket.write(chunk);
  await new Promise((resolve) => socket.on('close', resolve));
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
});

describe('a query', () => {
  test.each(['0', '11', '-1', '1.5', 'ten', '', '1e1', '99999999999999999999'])(
    'with limit=%j is refused',
    async (limit) => {
      const response = await request(createApp()).get('/things').query({ limit }).expect(400);
      expect(response.body).toMatchObject({
        errors: [{ in: 'query', field: 'limit', message: 'must be a whole number from 1 to 10' }],
      });
    },
  );

  test('with a parameter given twice is refused', async () => {
    await request(createApp()).get('/things?word=a&word=b').expect(400);
  });

  test('with an unknown parameter is refused', async () => {
    const response = await request(createApp()).get('/things?wrod=a').expect(400);
    expect(response.body).toMatchObject({ errors: [{ in: 'query', field: 'wrod', message: 'is not a field here' }] });
  });
});

describe('a method that a path does not have', () => {
  test('is refused with those that it has', async () => {
    const response = await request(createApp()).put('/things').expect(405).expect('Allow', 'HEAD, GET, POST, OPTIONS');
    expect(response.body).toMatchObject({ code: 'request/method-not-allowed' });
  });

  test('is not confused with those of another path', async () => {
    await request(createApp()).get('/things/1').expect(405).expect('Allow', 'DELETE, OPTIONS');
  });

  test.each(['/Things', '/things/'])('is another matter than a path that is written differently: %s', async (path) => {
    await request(createApp()).put(path).expect(404);
  });

  test('OPTIONS lists them', async () => {
    await request(createApp()).options('/things').expect(204).expect('Allow', 'HEAD, GET, POST, OPTIONS');
  });

  test('HEAD answers like GET, without the body', async () => {
    const response = await request(createApp()).head('/things').expect(200);
    expect(response.headers['content-length']).toBe('11');
  });
});

test('a route that does not say who may call it is not served', () => {
  const { audience: _audience, ...route } = contract.routes.list;
  const routes = { list: route as typeof contract.routes.list };
  const handlers = { list: () => Promise.resolve({ status: 200 as const, body: { limit: 1 } }) };
  expect(() => createRouter({ routes }, handlers, { authorize: letIn })).toThrow(
    'the route list must state its audience',
  );
});

test('a caller who is not let in learns nothing of what is wrong with the request', async () => {
  const app = createApp((audience) => {
    if (audience === 'admin') throw refused('admins only');
    return undefined;
  });
  const response = await request(app).post('/things').set('Content-Type', 'application/json').send('{').expect(403);
  expect(response.body).toMatchObject({ code: 'test/refused' });
  await request(app).get('/things').expect(200);
});
