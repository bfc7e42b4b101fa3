import { loadConfig } from '@fairlead/config';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { startDaemon, type Segment } from '../test/receive-spans.ts';
import { serveRequest } from '../test/serve-request.ts';
import { createTracer } from './create-tracer.ts';
import { tracingSettings } from './settings.ts';
import type { RequestOutcome, Tracer } from './tracer.ts';

/** The most that UDP carries over IPv4. */
const MAX_PACKET_BYTES = 65_507;

let documents: Segment[];
let onError: ReturnType<typeof vi.fn<(error: unknown) => void>>;

beforeEach(() => {
  documents = [];
  onError = vi.fn();
});

async function start(service = 'catalog', daemon?: string): Promise<Tracer> {
  const address = daemon ?? (await startDaemon((document) => documents.push(document)));
  const environment = { TRACING: 'xray', TRACE_SAMPLE_PERCENT: '100', AWS_XRAY_DAEMON_ADDRESS: address };
  return createTracer(loadConfig(tracingSettings, environment), { service, onError });
}

const receive = (count: number) =>
  vi.waitFor(() => {
    if (documents.length < count) throw new Error(`${documents.length} of ${count} documents received`);
    return documents;
  });

async function serve(outcome: Partial<RequestOutcome>): Promise<Segment> {
  const tracer = await start();
  await serveRequest(tracer, {}, () => Promise.resolve(), outcome);
  const [segment] = await receive(1);
  return segment!;
}

test('a request says what was asked, which route had it, and how it was answered', async () => {
  const segment = await serve({ method: 'POST', route: '/products/:id', status: 201 });
  expect(segment).toMatchObject({
    name: 'catalog',
    trace_id: expect.stringMatching(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/),
    http: { request: { method: 'POST', url: '/products/:id' }, response: { status: 201 } },
    annotations: { route: '/products/:id' },
  });
  expect(segment.end_time).toBeGreaterThanOrEqual(segment.start_time);
  expect(segment).not.toHaveProperty('in_progress');
  expect(Math.abs(segment.start_time - Date.now() / 1000)).toBeLessThan(2);
});

test('a request that no route has says its method, and nothing of its path', async () => {
  const { http, annotations } = await serve({ method: 'GET', route: undefined, status: 404 });
  expect(http).toEqual({ request: { method: 'GET' }, response: { status: 404 } });
  expect(annotations).toBeUndefined();
});

describe('X-Ray is told of', () => {
  test.for([
    [200, {}],
    [404, { error: true }],
    [429, { error: true, throttle: true }],
    [500, { fault: true }],
  ] as const)('%i', async ([status, expected]) => {
    const { fault, error, throttle } = await serve({ status });
    expect(JSON.parse(JSON.stringify({ fault, error, throttle }))).toEqual(expected);
  });

  test('a caller that went away', async () => {
    expect(await serve({ aborted: true })).toMatchObject({ annotations: { aborted: true } });
  });

  test('an error that stands for an answer, by its status', async () => {
    const tracer = await start();
    const refusal = Object.assign(new Error('no'), { status: 409, code: 'catalog/out-of-stock' });
    await serveRequest(tracer, {}, () =>
      tracer.span({ name: 'catalog', kind: 'client' }, () => Promise.reject(refusal)).catch(() => undefined),
    );
    const [segment] = await receive(1);
    const [call] = segment!.subsegments!;
    expect(call).toMatchObject({ error: true, annotations: { error_type: 'catalog/out-of-stock' } });
    expect(call).not.toHaveProperty('fault');
  });
});

test('only a call to something outside is remote, and a span shorter than a millisecond has a duration', async () => {
  const tracer = await start();
  await serveRequest(tracer, {}, async () => {
    await tracer.span({ name: 'users', kind: 'client' }, () => Promise.resolve());
    await tracer.span({ name: 'pricing', kind: 'internal' }, () => Promise.resolve());
  });
  const [segment] = await receive(1);
  expect(segment!.subsegments!.map(({ namespace }) => namespace)).toEqual(['remote', undefined]);
  for (const { start_time: from, end_time: to } of segment!.subsegments!) {
    expect(to).toBeGreaterThan(from);
    expect(to - from).toBeLessThan(0.1);
  }
});

test('names and keys that X-Ray refuses are mended, long values cut', async () => {
  const tracer = await start('catalog (blue)');
  const attributes = { 'db.system': 'postgresql', long: 'x'.repeat(2000) };
  await serveRequest(tracer, {}, () =>
    tracer.span({ name: `a"b${'c'.repeat(300)}`, kind: 'internal', attributes }, () => Promise.resolve()),
  );
  const [segment] = await receive(1);
  expect(segment!.name).toBe('catalog _blue_');
  const [span] = segment!.subsegments!;
  expect(span!.name).toMatch(/^a_bc{197}$/);
  expect(span!.annotations).toEqual({ db_system: 'postgresql', long: 'x'.repeat(1000) });
});

test('a request with more spans than a packet holds arrives whole, in several', async () => {
  const tracer = await start();
  const sizes: number[] = [];
  await serveRequest(tracer, {}, async () => {
    for (let index = 0; index < 1000; index += 1) {
      const attributes = { 'db.statement.name': `statement-${index}` };
      await tracer.span({ name: 'catalog', kind: 'client', attributes }, () => new Promise(setImmediate));
    }
  });
  await vi.waitFor(() => {
    expect(documents.flatMap((document) => [document, ...(document.subsegments ?? [])])).toHaveLength(1001);
  });
  const segment = documents.at(-1)!;
  for (const document of documents.slice(0, -1)) {
    expect(document).toMatchObject({ type: 'subsegment', parent_id: segment.id, trace_id: segment.trace_id });
  }
  sizes.push(...documents.map((document) => JSON.stringify(document).length));
  expect(Math.max(...sizes)).toBeLessThan(MAX_PACKET_BYTES);
  expect(new Set(documents.map(({ id }) => id)).size).toBe(documents.length);
});

test('a daemon that is away is not noticed', async () => {
  const tracer = await start('catalog', '127.0.0.1:9');
  for (let index = 0; index < 3; index += 1) await serveRequest(tracer, {}, () => Promise.resolve());
  await tracer[Symbol.asyncDispose]();
  expect(onError).not.toHaveBeenCalled();
});

test('a trace that is lost is reported, and its request is not told', async () => {
  const tracer = await start();
  const attributes = Object.fromEntries(
    Array.from({ length: 100 }, (_, index) => [`key${index}`, 'x'.repeat(1000)] as const),
  );
  const work = tracer.span.bind(tracer, { name: 'users', kind: 'client', attributes }, () => Promise.resolve(42));
  expect(await serveRequest(tracer, {}, work)).toBe(42);
  await vi.waitFor(() => {
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ message: expect.stringContaining('too large') }));
  });
});

test('an address that is none is refused at the start', async () => {
  await expect(start('catalog', 'localhost')).rejects.toThrow('Invalid Daemon Address');
});
