import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { close, createHttpServer, listen } from './http-server.ts';

async function startServer(): Promise<number> {
  const { server } = createHttpServer('test', (_request, response) => void response.end('ok'));
  onTestFinished(() => close(server, 0));
  return listen(server, { host: '127.0.0.1', port: 0 });
}

/** Sends bytes as they are and returns all that comes back until the connection closes. */
async function exchange(bytes: string): Promise<string> {
  const socket = connect(await startServer(), '127.0.0.1');
  socket.write(bytes);
  let answer = '';
  socket.on('data', (data) => (answer += data.toString()));
  await new Promise((resolve) => socket.on('close', resolve));
  return answer;
}

test.each([
  ['that is not HTTP', 'hello\r\n\r\n', 400, 'request/malformed'],
  [
    'with a header section over 16 KiB',
    `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`,
    431,
    'request/headers-too-large',
  ],
  [
    'with two lengths',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx',
    400,
    'request/malformed',
  ],
  [
    'with a length and chunks',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
    'request/malformed',
  ],
])('a request %s is answered as problem+json, and the connection is closed', async (_title, bytes, status, code) => {
  const answer = await exchange(bytes);
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(head).toContain('application/problem+json');
  expect(JSON.parse(body)).toMatchObject({ status, code });
});

test(
  'a client that does not finish its headers is cut off after ten seconds, not after thirty',
  { timeout: 20_000 },
  async () => {
    const started = performance.now();
    const answer = await exchange('GET / HTTP/1.1\r\nHost: x\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('request/timeout');
    expect(performance.now() - started).toBeGreaterThan(9_500);
    expect(performance.now() - started).toBeLessThan(13_000);
  },
);

test('bytes that are no request never land in the answer to the request before', async () => {
  const { server } = createHttpServer('test', (_request, response) => {
    response.writeHead(200, { 'Content-Length': 10 });
    response.write('12345');
  });
  onTestFinished(() => close(server, 0));
  const socket = connect(await listen(server, { host: '127.0.0.1', port: 0 }), '127.0.0.1');
  let answer = '';
  socket.on('data', (data) => {
    answer += data.toString();
    if (answer.endsWith('12345')) socket.write('garbage\r\n\r\n');
  });
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await new Promise((resolve) => socket.on('close', resolve));
  expect(answer).toMatch(/12345$/);
});
