// Serves one candidate of bench.ts, and tells its processor time when asked.
import { runInRequest, type RequestContext } from '@fairlead/request-context';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { createTracer } from '../src/create-tracer.ts';

type Serve = (request: IncomingMessage, response: ServerResponse) => void;

const BODY = JSON.stringify({ id: 1, name: 'lamp', priceMinor: 4900 });
const [candidate = 'bare'] = process.argv.slice(2);
const [kind = '', percent = '0'] = candidate.split('-');

/** Every service has a context: it is not a cost of tracing. */
const NO_TRACE: RequestContext = {
  requestId: 'request-1',
  deadline: Infinity,
  signal: new AbortController().signal,
  clientAddress: '127.0.0.1',
  trace: { traceId: '', spanId: '', sampled: false },
};

const require = createRequire(import.meta.url);

/** So deep do asynchronous functions call each other in a request that is routed, checked and answered from a database. */
const DEPTH = 10;

async function work(depth: number): Promise<void> {
  await (depth === 0 ? new Promise(setImmediate) : work(depth - 1));
}

async function answer(response: ServerResponse): Promise<void> {
  await work(DEPTH);
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': BODY.length }).end(BODY);
}

async function createServe(): Promise<Serve> {
  if (candidate === 'sdk-middleware-5') return serveWithSdk();
  if (candidate === 'require-sdk') require('aws-xray-sdk-core');
  if (kind === 'xray' || kind === 'otel' || kind === 'off') return serveTraced(kind, Number(percent));
  return (_request, response) => {
    response.on('close', () => undefined);
    void runInRequest({ ...NO_TRACE }, () => answer(response));
  };
}

async function serveTraced(tracing: 'xray' | 'otel' | 'off', traceSamplePercent: number): Promise<Serve> {
  const config = {
    tracing,
    traceSamplePercent,
    traceForcedPerSecond: 10,
    traceDaemonAddress: '127.0.0.1:9',
    traceEndpoint: 'http://127.0.0.1:9',
  };
  const tracer = await createTracer(config, { service: 'catalog', onError: () => undefined });
  return (request, response) => {
    const span = tracer.startRequest(request.headers);
    response.on('close', () => {
      span.end({ method: 'GET', route: '/products/:id', status: response.statusCode, aborted: false });
    });
    const traced = () => tracer.span({ name: 'catalog', kind: 'client' }, () => answer(response));
    void runInRequest({ ...NO_TRACE, trace: span.context }, traced);
  };
}

/** As its documentation says: a segment opened by hand, in automatic mode, sampled by a local rule. */
function serveWithSdk(): Serve {
  const sdk = require('aws-xray-sdk-core') as typeof import('aws-xray-sdk-core');
  sdk.enableAutomaticMode();
  sdk.setDaemonAddress('127.0.0.1:9');
  sdk.middleware.setSamplingRules({ version: 2, rules: [], default: { fixed_target: 0, rate: 0.05 } });
  sdk.middleware.disableCentralizedSampling();
  sdk.middleware.setDefaultName('catalog');
  return (request, response) => {
    const name = sdk.middleware.resolveName(request.headers.host);
    const segment = new sdk.Segment(name);
    const header = sdk.middleware.processHeaders(request);
    sdk.middleware.resolveSampling(header, segment, response);
    const data = new sdk.middleware.IncomingRequestData(request);
    segment.addIncomingRequestData(data);
    response.on('finish', () => {
      segment.close();
    });
    sdk.getNamespace().run(() => {
      sdk.setSegment(segment);
      void sdk.captureAsyncFunc('catalog', async (subsegment) => {
        await answer(response);
        subsegment?.close();
      });
    });
  };
}

const serve = await createServe();
const server = createServer(serve).listen(0, () => process.send?.((server.address() as AddressInfo).port));
process.on('message', () => process.send?.(process.cpuUsage()));
