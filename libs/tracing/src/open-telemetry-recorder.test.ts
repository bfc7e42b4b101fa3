import { loadConfig } from '@fairlead/config';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startReceiver } from '../test/receive-spans.ts';
import { serveRequest } from '../test/serve-request.ts';
import { createTracer } from './create-tracer.ts';
import { tracingSettings } from './settings.ts';

async function startCollector(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`;
}

function start(endpoint: string, onError: (error: unknown) => void) {
  const environment = {
    TRACING: 'otel',
    TRACE_SAMPLE_PERCENT: '100',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint,
  };
  return createTracer(loadConfig(tracingSettings, environment), { service: 'catalog', onError });
}

test('a request has the names of the OpenTelemetry conventions', async () => {
  const { config, wait } = await startReceiver('otel');
  const tracer = await createTracer(config, { service: 'catalog', onError: vi.fn() });
  await serveRequest(tracer, {}, () => Promise.resolve(), { status: 200, aborted: true });
  await tracer[Symbol.asyncDispose]();
  const [span] = await wait(1);
  expect(span!.attributes).toEqual({
    'http.request.method': 'GET',
    'url.path': '/products/:id',
    'http.route': '/products/:id',
    'http.response.status_code': 200,
    aborted: true,
  });
});

test('a collector that refuses is reported, and no request fails for it', async () => {
  const onError = vi.fn();
  const endpoint = await startCollector((_req, res) => res.writeHead(400).end());
  const tracer = await start(endpoint, onError);
  for (let index = 0; index < 3; index += 1) {
    expect(await serveRequest(tracer, {}, () => Promise.resolve(index))).toBe(index);
  }
  await tracer[Symbol.asyncDispose]();
  expect(onError).toHaveBeenCalledOnce();
});

test('a collector that never answers holds up the end of a process for two seconds at most', async () => {
  const tracer = await start(await startCollector(() => undefined), vi.fn());
  await serveRequest(tracer, {}, () => Promise.resolve());
  const started = performance.now();
  await tracer[Symbol.asyncDispose]();
  expect(performance.now() - started).toBeLessThan(2500);
});

test('spans that a slow collector cannot take are dropped, not kept', async () => {
  const received = { spans: 0 };
  const gate = Promise.withResolvers<undefined>();
  const endpoint = await startCollector((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      received.spans +=
        Buffer.concat(chunks)
          .toString()
          .match(/"spanId"/g)?.length ?? 0;
      void gate.promise.then(() => res.writeHead(200, { 'Content-Type': 'application/json' }).end('{}'));
    });
  });
  const tracer = await start(endpoint, vi.fn());
  for (let index = 0; index < 5000; index += 1)
    tracer.startRequest({}).end({ method: 'GET', status: 200, aborted: false });
  gate.resolve(undefined);
  await tracer[Symbol.asyncDispose]();
  expect(received.spans).toBeGreaterThan(500);
  expect(received.spans).toBeLessThanOrEqual(2048 + 512);
});
