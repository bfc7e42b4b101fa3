import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { send } from '../../test/http.ts';
import { startServedEntrance } from '../../test/start-entrance.ts';
import { LOOPBACK } from '../ports.ts';

const TRACE_ID = /1-[0-9a-f]{8}-[0-9a-f]{24}/;

/** The headers that a target gets for a request with these. */
async function sendHeaders(headers: Record<string, string>): Promise<{ received: IncomingHttpHeaders; port: number }> {
  const { port } = await startServedEntrance((req, res) => res.end(JSON.stringify(req.headers)));
  const { body } = await send(port, { headers });
  return { received: JSON.parse(body) as IncomingHttpHeaders, port };
}

describe('the headers that a target gets', () => {
  test('say who called, how, and under which name', async () => {
    const { received, port } = await sendHeaders({ host: 'shop.example.com', 'user-agent': 'test' });
    expect(received).toMatchObject({
      host: 'shop.example.com',
      'user-agent': 'test',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': String(port),
    });
  });

  test('add the caller to those that a proxy before it named, and believe nothing else', async () => {
    const { received, port } = await sendHeaders({
      'x-forwarded-for': '203.0.113.7, 198.51.100.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '443',
    });
    expect(received).toMatchObject({
      'x-forwarded-for': '203.0.113.7, 198.51.100.1, 127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': String(port),
    });
  });

  test.for([
    ['a request without a trace gets a root', '', 'Root=<id>'],
    ['a root is kept, with an id of its own beside it', 'Root=1-a-b', 'Self=<id>;Root=1-a-b'],
    ['a Self of before is replaced', 'Self=1-x-y;Root=1-a-b', 'Self=<id>;Root=1-a-b'],
    [
      'other fields are kept',
      'Root=1-a-b;Parent=c;Sampled=1;CalledFrom=app',
      'Self=<id>;Root=1-a-b;Parent=c;Sampled=1;CalledFrom=app',
    ],
    ['other fields alone get a root', 'CalledFrom=app', 'Root=<id>;CalledFrom=app'],
  ] as const)('trace: %s', async ([, given, expected]) => {
    const { received } = await sendHeaders(given === '' ? {} : { 'x-amzn-trace-id': given });
    expect(String(received['x-amzn-trace-id']).replace(TRACE_ID, '<id>')).toBe(expected);
  });

  test('leave out what concerns the connection of the caller only', async () => {
    const { received } = await sendHeaders({
      connection: 'close, X-Hop',
      'x-hop': 'for the load balancer',
      'keep-alive': 'timeout=5',
      te: 'trailers',
      'x-kept': 'for the target',
    });
    expect(received).toMatchObject({ connection: 'keep-alive', 'x-kept': 'for the target' });
    for (const name of ['x-hop', 'keep-alive', 'te']) expect(received).not.toHaveProperty(name);
  });
});

describe('the answer that a caller gets', () => {
  test('has the status, headers and body of the target, without those of its connection', async () => {
    const { port } = await startServedEntrance((_req, res) => {
      res.writeHead(201, 'Made', {
        'Set-Cookie': ['a=1', 'b=2'],
        ETag: '"7"',
        Connection: 'close, X-Hop',
        'X-Hop': 'for the load balancer',
      });
      res.end('made');
    });
    const { status, headers, body } = await send(port, { headers: { connection: 'keep-alive' } });
    expect({ status, body }).toEqual({ status: 201, body: 'made' });
    expect(headers).toMatchObject({ 'set-cookie': ['a=1', 'b=2'], etag: '"7"', connection: 'keep-alive' });
    expect(headers).not.toHaveProperty('x-hop');
  });

  test('to HEAD has the length of the body that GET would get, and no body', async () => {
    const { port } = await startServedEntrance((_req, res) => res.setHeader('Content-Length', 1234).end());
    expect(await send(port, { method: 'HEAD' })).toMatchObject({
      status: 200,
      headers: { 'content-length': '1234' },
      body: '',
    });
  });

  test.for([204, 304])('of status %i has no body', async (statusCode) => {
    const { port } = await startServedEntrance((_req, res) => res.writeHead(statusCode).end());
    const { status, headers, body } = await send(port);
    expect({ status, body }).toEqual({ status: statusCode, body: '' });
    expect(headers).not.toHaveProperty('transfer-encoding');
  });
});

describe('a body', () => {
  const echo = (req: IncomingMessage, res: NodeJS.WritableStream) => void req.pipe(res);

  test('is passed on piece by piece in both directions', async () => {
    const { port } = await startServedEntrance(echo);
    const req = request({ host: LOOPBACK, port, agent: false, method: 'POST' });
    req.write('one');
    const [res] = (await once(req, 'response')) as [IncomingMessage];
    expect(String(await once(res, 'data'))).toBe('one');
    req.write('two');
    expect(String(await once(res, 'data'))).toBe('two');
    req.end();
    expect(await text(res)).toBe('');
  });

  test('of 20 MB arrives as it was sent', async () => {
    const sent = randomBytes(20 * 1024 * 1024);
    const { port } = await startServedEntrance(echo);
    const req = request({ host: LOOPBACK, port, agent: false, method: 'PUT' }).end(sent);
    const [res] = (await once(req, 'response')) as [IncomingMessage];
    expect((await buffer(res)).equals(sent)).toBe(true);
  });

  test.for(['GET', 'DELETE', 'POST'])('in chunks is passed on with %s', async (method) => {
    const { port } = await startServedEntrance((req, res) => {
      void text(req).then((body) => res.end(`${req.method} ${body}`));
    });
    const headers = { 'transfer-encoding': 'chunked' };
    expect(await send(port, { method, headers }, 'in chunks')).toMatchObject({
      status: 200,
      body: `${method} in chunks`,
    });
    expect(await send(port, { method: 'POST' }, 'next')).toMatchObject({ body: 'POST next' });
  });

  test('that the target does not want to read keeps nobody from its answer', async () => {
    const { port } = await startServedEntrance((_req, res) => {
      res.writeHead(413).end('too large');
    });
    const answer = await send(port, { method: 'POST' }, Buffer.alloc(5_000_000));
    expect(answer).toMatchObject({ status: 413, body: 'too large' });
  });
});

describe('a connection to a target', () => {
  test('is used again for the next request', async () => {
    const { port } = await startServedEntrance((req, res) => res.end(String(req.socket.remotePort)));
    const first = await send(port);
    expect(await send(port)).toMatchObject({ body: first.body });
  });

  test('is not used again after the target closed it', async () => {
    const { port } = await startServedEntrance((_req, res) => res.setHeader('Connection', 'close').end());
    for (let count = 0; count < 20; count++) expect(await send(port)).toMatchObject({ status: 200 });
  });
});

describe('when something breaks', () => {
  test('a caller that goes away takes its request at the target with it', async () => {
    const arrived = Promise.withResolvers<IncomingMessage>();
    const { port, target } = await startServedEntrance((req) => {
      arrived.resolve(req);
    });
    const caller = request({ host: LOOPBACK, port, agent: false }).on('error', () => undefined);
    caller.end();
    const { socket } = await arrived.promise;
    expect(target.outstanding).toBe(1);
    caller.destroy();
    await once(socket, 'close');
    expect(target.outstanding).toBe(0);
  });

  test('a caller that goes away in the middle of its body takes its request with it', async () => {
    const arrived = Promise.withResolvers<IncomingMessage>();
    const { port } = await startServedEntrance((req) => {
      arrived.resolve(req);
    });
    const caller = request({ host: LOOPBACK, port, agent: false, method: 'POST' }).on('error', () => undefined);
    caller.write('the first half');
    const { socket } = await arrived.promise;
    caller.destroy();
    await finished(socket).catch(() => undefined);
    expect(socket.destroyed).toBe(true);
  });

  test.for([
    ['GET', undefined],
    ['POST', Buffer.alloc(5_000_000)],
  ] as const)('a target that refuses %s is a 502', async ([method, body]) => {
    const { port, origin } = await startServedEntrance(() => undefined);
    await origin.close();
    const answer = await send(port, { method }, body);
    expect(answer).toMatchObject({ status: 502, headers: { 'content-type': 'text/html' } });
    expect(answer.body).toContain('<h1>502 Bad Gateway</h1>');
  });

  test('a caller whose body nobody read can use its connection again', async () => {
    const { port, origin } = await startServedEntrance(() => undefined);
    await origin.close();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => {
      agent.destroy();
    });
    await send(port, { agent, method: 'POST' }, Buffer.alloc(5_000_000));
    expect(await send(port, { agent })).toMatchObject({ status: 502 });
  });

  test('a target that closes the connection without an answer is a 502', async () => {
    const { port } = await startServedEntrance((req) => req.socket.destroy());
    expect(await send(port)).toMatchObject({ status: 502 });
  });

  test('a target that does not speak HTTP is a 502', async () => {
    const { port } = await startServedEntrance((req) => req.socket.end('hello\r\n\r\n'));
    expect(await send(port)).toMatchObject({ status: 502 });
  });

  test('a target that dies in the middle of its answer breaks the connection of the caller', async () => {
    const { port } = await startServedEntrance((req, res) => {
      res.setHeader('Content-Length', 100);
      res.write('the first half', () => req.socket.destroy());
    });
    await expect(send(port)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  const impatient = { loadBalancers: [{ arn: 'arn:load-balancer', idleTimeout: 0.1 }] };

  test.for([
    ['GET', undefined],
    ['POST', Buffer.alloc(5_000_000)],
  ] as const)('a target that never answers %s is a 504', async ([method, body]) => {
    const { port, target } = await startServedEntrance(() => undefined, impatient);
    expect(await send(port, { method }, body)).toMatchObject({ status: 504 });
    expect(target.outstanding).toBe(0);
  });

  test('a target that is reached over a connection of before has no longer time either', async () => {
    const { port } = await startServedEntrance((req, res) => {
      if (req.url !== '/slow') res.end();
    }, impatient);
    expect(await send(port)).toMatchObject({ status: 200 });
    expect(await send(port, { path: '/slow' })).toMatchObject({ status: 504 });
  });

  test('a target that stops in the middle of its answer breaks the connection of the caller', async () => {
    const { port } = await startServedEntrance((_req, res) => {
      res.write('the first half');
    }, impatient);
    await expect(send(port)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  test('the next caller is served', async () => {
    const { port } = await startServedEntrance((req, res) => {
      if (req.url === '/broken') req.socket.destroy();
      else res.end('served');
    });
    await Promise.all(Array.from({ length: 20 }, () => send(port, { path: '/broken' })));
    expect(await send(port)).toMatchObject({ status: 200, body: 'served' });
  });
});

const HIDDEN = 'DELETE /hidden HTTP/1.1\r\nHost: x\r\n\r\n';

test.for([
  ['in chunks', `Transfer-Encoding: chunked\r\n\r\n${HIDDEN.length.toString(16)}\r\n${HIDDEN}\r\n0\r\n\r\n`],
  [
    'whose length it calls a matter of its connection',
    `Connection: content-length\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`,
  ],
] as const)('a caller cannot hide a request in a body %s', async ([, rest]) => {
  const paths: unknown[] = [];
  const { port } = await startServedEntrance((req, res) => {
    paths.push(req.url);
    req.resume().on('end', () => res.end());
  });
  const socket = connect(port, LOOPBACK);
  socket.write(`GET /open HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${rest}`);
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 /);
  await send(port, { path: '/next' });
  expect(paths).toEqual(['/open', '/next']);
});
