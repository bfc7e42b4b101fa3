import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const FIXTURE = fileURLToPath(new URL('../test/fixture-service.ts', import.meta.url));

interface LogLine {
  level: string;
  message: string;
  port?: number;
  [field: string]: unknown;
}

/** Starts the fixture and collects its log; `until` resolves with the first line of a message, once there are so many. */
function startFixture(env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [FIXTURE], {
    env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: '0', DRAIN_LAG_SECONDS: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: LogLine[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(JSON.parse(line) as LogLine);
    for (const wake of waiting) wake();
  });
  const until = (message: string, count = 1) =>
    new Promise<LogLine>((resolve) => {
      const look = () => {
        const [first, ...more] = lines.filter((line) => line.message === message);
        if (first && more.length + 1 >= count) resolve(first);
      };
      waiting.add(look);
      look();
    });
  const exited = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as string | null,
  }));
  return { child, lines, until, exited };
}

interface Answer {
  status: number;
  connection: string | undefined;
}

function get(port: number, path: string, agent?: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, ...(agent && { agent }) }, (response) => {
      response.resume();
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, connection: response.headers.connection });
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

test('keeps answering after SIGTERM for as long as callers may hold its address, then ends with exit code 0', async () => {
  const { child, until, exited, lines } = startFixture();
  const { port = 0 } = await until('listening');
  expect((await get(port, '/readyz')).status).toBe(200);

  const told = performance.now();
  child.kill('SIGTERM');
  await until('draining');
  expect((await get(port, '/readyz')).status).toBe(503);
  expect((await get(port, '/livez')).status).toBe(200);
  expect(await get(port, '/fast')).toEqual({ status: 200, connection: 'close' });

  expect(await exited).toEqual({ code: 0, signal: null });
  expect(performance.now() - told).toBeGreaterThan(1000);
  const [metrics, logged] = [lines.filter((line) => '_aws' in line), lines.filter((line) => !('_aws' in line))];
  expect(metrics).toContainEqual(expect.objectContaining({ Route: 'GET /fast', Requests: 1 }));
  expect(logged.map(({ message }) => message).filter((message) => message !== 'request')).toEqual([
    'booting',
    'listening',
    'draining',
    'disposed',
    'stopped',
  ]);
});

test('a request target that is no URL is answered as problem+json', async () => {
  const { until } = startFixture();
  const { port = 0 } = await until('listening');
  const socket = connect(port, '127.0.0.1');
  socket.write('GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 400 [^]*application\/problem\+json[^]*request\/malformed/);
});

test('a request that its caller gives up is logged with its id', async () => {
  const { until } = startFixture();
  const { port = 0 } = await until('listening');
  const given = request({ host: '127.0.0.1', port, path: '/slow?ms=5000', headers: { 'X-Request-Id': 'given-up-01' } });
  given.on('error', () => undefined);
  given.end();
  await until('slow begun');
  given.destroy();
  expect(await until('request')).toMatchObject({ requestId: 'given-up-01', aborted: true });
});

test('finishes every request that it has accepted', async () => {
  const { child, lines, until, exited } = startFixture();
  const { port = 0 } = await until('listening');
  const agent = new Agent({ keepAlive: true });
  const slow = Array.from({ length: 20 }, () => get(port, '/slow?ms=1500', agent));
  await until('slow begun', 20);
  child.kill('SIGTERM');
  expect(await Promise.all(slow)).toEqual(Array.from({ length: 20 }, () => ({ status: 200, connection: 'close' })));
  expect(await exited).toEqual({ code: 0, signal: null });
  expect(lines.filter(({ message }) => message === 'request')).toHaveLength(20);
});

test('serves nothing on a kept-alive connection after it has stopped accepting', async () => {
  const { child, until, exited } = startFixture({ DRAIN_LAG_SECONDS: '0' });
  const { port = 0 } = await until('listening');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const busy = get(port, '/slow?ms=500', agent);
  const next = get(port, '/fast', agent).then(
    () => 'served',
    (error: unknown) => (error as NodeJS.ErrnoException).code,
  );
  await until('slow begun');
  child.kill('SIGTERM');
  expect(await busy).toEqual({ status: 200, connection: 'close' });
  expect(await next).toBe('ECONNREFUSED');
  expect(await exited).toEqual({ code: 0, signal: null });
});

test('a second SIGTERM ends the wait for callers, not the requests under way', async () => {
  const { child, until, exited } = startFixture({ DRAIN_LAG_SECONDS: '60' });
  const { port = 0 } = await until('listening');
  const slow = get(port, '/slow?ms=300');
  await until('slow begun');
  child.kill('SIGTERM');
  await until('draining');
  child.kill('SIGTERM');
  expect((await slow).status).toBe(200);
  expect(await exited).toEqual({ code: 0, signal: null });
});

test('SIGINT, from a terminal, does not wait for callers', async () => {
  const { child, until, exited } = startFixture({ DRAIN_LAG_SECONDS: '60' });
  await until('listening');
  child.kill('SIGINT');
  expect(await exited).toEqual({ code: 0, signal: null });
});

test('SIGTERM during the start disposes of what was made and never listens', async () => {
  const { child, until, exited, lines } = startFixture({ BOOT_MS: '500' });
  await until('booting');
  child.kill('SIGTERM');
  await until('stopped');
  expect(await exited).toEqual({ code: 0, signal: null });
  expect(lines.map(({ message }) => message)).toEqual(['booting', 'disposed', 'stopped']);
});

test('a configuration that is not valid ends the process at once, with one line that names every fault', async () => {
  const { exited, lines } = startFixture({ PORT: 'http', LOG_LEVEL: 'loud', DRAIN_LAG_SECONDS: '-1' });
  expect(await exited).toEqual({ code: 1, signal: null });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    level: 'fatal',
    service: 'fixture',
    faults: [
      'PORT must be a whole number from 0 to 65535, not "http"',
      'LOG_LEVEL must be fatal, error, warn, info, debug, trace, not "loud"',
      'DRAIN_LAG_SECONDS must be a whole number from 0 to 100, not "-1"',
    ],
  });
});

test('a port that is taken ends the process with one line that says so', async () => {
  const first = startFixture();
  const { port = 0 } = await first.until('listening');
  const second = startFixture({ PORT: String(port) });
  expect(await second.exited).toEqual({ code: 1, signal: null });
  expect(second.lines.at(-1)).toMatchObject({
    level: 'fatal',
    message: 'process failed',
    error: { code: 'EADDRINUSE' },
  });
});

test('a rejection that nobody handles is logged like every other line, and ends the process', async () => {
  const { until, exited } = startFixture();
  const { port = 0 } = await until('listening');
  void get(port, '/unhandled').catch(() => undefined);
  expect(await until('uncaught error')).toMatchObject({ level: 'fatal', error: { message: 'nobody waits for this' } });
  expect(await exited).toEqual({ code: 1, signal: null });
});
