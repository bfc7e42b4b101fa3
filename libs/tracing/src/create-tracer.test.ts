import { findRequestContext, runInRequest } from '@fairlead/request-context';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { startReceiver, type Receiver } from '../test/receive-spans.ts';
import { serveRequest } from '../test/serve-request.ts';
import { createTracer } from './create-tracer.ts';
import { parseTraceHeaders, propagationHeaders } from './trace-headers.ts';
import type { Tracer } from './tracer.ts';

const TRACE_ID = '5759e988bd862e3fe1be46a994272793';
const PARENT_ID = '53995c3f42cd8ad8';
const ROOT = 'Root=1-5759e988-bd862e3fe1be46a994272793';
const CALLED = { 'x-amzn-trace-id': `${ROOT};Parent=${PARENT_ID};Sampled=1` };

const onError = vi.fn();

async function start(tracing: 'xray' | 'otel' | 'off', percent?: number): Promise<Receiver & { tracer: Tracer }> {
  const receiver = await startReceiver(tracing, percent);
  const tracer = await createTracer(receiver.config, { service: 'catalog', onError });
  onTestFinished(async () => {
    await tracer[Symbol.asyncDispose]();
    expect(onError).not.toHaveBeenCalled();
  });
  return { ...receiver, tracer };
}

/** What a service would send to whom it calls now. */
const handedOn = () => {
  const trace = findRequestContext()?.trace;
  return trace && parseTraceHeaders(lowerCased(propagationHeaders(trace)));
};

const lowerCased = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

describe.each(['xray', 'otel', 'off'] as const)('with %s', (tracing) => {
  test('a service hands on the trace that it was called in', async () => {
    const { tracer } = await start(tracing);
    const sent = await serveRequest(tracer, { ...CALLED }, () => Promise.resolve(handedOn()));
    expect(sent).toMatchObject({ traceId: TRACE_ID, sampled: true });
  });

  test('a state that came along is handed on', async () => {
    const { tracer } = await start(tracing);
    const headers = { traceparent: `00-${TRACE_ID}-${PARENT_ID}-01`, tracestate: 'vendor=1' };
    const call = { name: 'users', kind: 'client' } as const;
    const sent = await serveRequest(tracer, headers, () => tracer.span(call, () => Promise.resolve(handedOn())));
    expect(sent).toMatchObject({ traceId: TRACE_ID, state: 'vendor=1' });
  });

  test.for(['', 'Root=1-0-0', 'nonsense'])(
    'a request with the header "%s" begins a trace at this time',
    async (header) => {
      const { tracer } = await start(tracing);
      const { context } = tracer.startRequest({ 'x-amzn-trace-id': header });
      expect(context.traceId).toMatch(/^[0-9a-f]{32}$/);
      expect(context.spanId).toMatch(/^[0-9a-f]{16}$/);
      expect(Math.abs(Number.parseInt(context.traceId.slice(0, 8), 16) - Date.now() / 1000)).toBeLessThan(2);
    },
  );

  test('work gives what it gives, and fails as it fails', async () => {
    const { tracer } = await start(tracing);
    const options = { name: 'users', kind: 'client' } as const;
    const failure = new Error('gone');
    await serveRequest(tracer, { ...CALLED }, async () => {
      expect(await tracer.span(options, () => Promise.resolve(42))).toBe(42);
      await expect(tracer.span(options, () => Promise.reject(failure))).rejects.toBe(failure);
    });
  });

  test('work outside of any request is done all the same', async () => {
    const { tracer, received } = await start(tracing);
    expect(await tracer.span({ name: 'users', kind: 'client' }, () => Promise.resolve(42))).toBe(42);
    await tracer[Symbol.asyncDispose]();
    expect(received).toEqual([]);
  });

  test('a request that its caller does not trace is not traced, and nothing below it', async () => {
    const { tracer, received } = await start(tracing);
    const headers = { 'x-amzn-trace-id': `${ROOT};Parent=${PARENT_ID};Sampled=0` };
    const sent = await serveRequest(tracer, headers, () =>
      tracer.span({ name: 'users', kind: 'client' }, () => Promise.resolve(handedOn())),
    );
    expect(sent).toMatchObject({ traceId: TRACE_ID, sampled: false });
    await tracer[Symbol.asyncDispose]();
    expect(received).toEqual([]);
  });
});

describe.each(['xray', 'otel'] as const)('what %s receives', (tracing) => {
  test('is a tree: the caller, the request, the work, the work within', async () => {
    const { tracer, wait } = await start(tracing);
    const outer = { name: 'users', kind: 'client', attributes: { operation: 'GET /users/:id', attempt: 1 } } as const;
    await serveRequest(tracer, { ...CALLED }, () =>
      tracer.span(outer, () => tracer.span({ name: 'token', kind: 'internal' }, () => nextTurn())),
    );
    await tracer[Symbol.asyncDispose]();
    const spans = await wait(3);
    const find = (wanted: string) => spans.find(({ name }) => name === wanted)!;
    expect(find('catalog')).toMatchObject({ traceId: TRACE_ID, parentId: PARENT_ID, isRequest: true, failed: false });
    expect(find('users')).toMatchObject({ traceId: TRACE_ID, parentId: find('catalog').id, isRequest: false });
    expect(find('users').attributes).toMatchObject({ operation: 'GET /users/:id', attempt: 1 });
    expect(find('token')).toMatchObject({ traceId: TRACE_ID, parentId: find('users').id });
    expect(spans).toHaveLength(3);
  });

  test('has no parent where the load balancer began the trace', async () => {
    const { tracer, wait } = await start(tracing);
    await serveRequest(tracer, { 'x-amzn-trace-id': ROOT }, () => Promise.resolve());
    await tracer[Symbol.asyncDispose]();
    const [span] = await wait(1);
    expect(span).toMatchObject({ traceId: TRACE_ID, isRequest: true });
    expect(span!.parentId).toBeUndefined();
  });

  test('is a whole trace or none where callers from outside ask for more than they are given', async () => {
    const { tracer, wait } = await start(tracing, 0);
    const call = { name: 'users', kind: 'client' } as const;
    const outside = { ...CALLED, 'x-forwarded-for': '192.0.2.1' };
    let sampled = 0;
    for (let request = 0; request < 100; request += 1) {
      await serveRequest(tracer, outside, async () => {
        const sent = await tracer.span(call, () => Promise.resolve(handedOn()));
        if (!sent?.sampled) return;
        sampled += 1;
        // What is called below has no cap.
        await serveRequest(
          tracer,
          lowerCased(propagationHeaders({ ...sent, spanId: sent.parentId!, sampled: true })),
          () => nextTurn(),
        );
      });
    }
    await tracer[Symbol.asyncDispose]();
    expect(sampled).toBeGreaterThanOrEqual(10);
    expect(sampled).toBeLessThan(100);
    expect(await wait(3 * sampled)).toHaveLength(3 * sampled);
  });

  test('is told by nothing that is made for it alone: the signal of a request stays unmade', async () => {
    const { tracer, wait } = await start(tracing);
    const span = tracer.startRequest({ ...CALLED });
    const context = {
      requestId: 'request-1',
      deadline: Infinity,
      clientAddress: '127.0.0.1',
      trace: span.context,
      get signal(): AbortSignal {
        throw new Error('nobody asked for it');
      },
    };
    const call = { name: 'users', kind: 'client' } as const;
    const found = await runInRequest(context, () => tracer.span(call, () => Promise.resolve(findRequestContext())));
    span.end({ method: 'GET', status: 200, aborted: false });
    await tracer[Symbol.asyncDispose]();
    expect(found).toMatchObject({ requestId: 'request-1', trace: { traceId: TRACE_ID } });
    expect(() => found!.signal).toThrow('nobody asked for it');
    expect(await wait(2)).toHaveLength(2);
  });

  test('says which work failed and by what kind of error, never its message', async () => {
    const { tracer, wait } = await start(tracing);
    const fail = () => Promise.reject(new TypeError('the password is hunter2'));
    await serveRequest(
      tracer,
      { ...CALLED },
      () => tracer.span({ name: 'users', kind: 'client' }, fail).catch(() => undefined),
      { status: 503 },
    );
    await tracer[Symbol.asyncDispose]();
    const spans = await wait(2);
    expect(spans.map(({ failed }) => failed)).toEqual([true, true]);
    expect(JSON.stringify(spans)).toContain('TypeError');
    expect(JSON.stringify(spans)).not.toContain('hunter2');
  });

  test('does not hold an answer of 404 against the service', async () => {
    const { tracer, wait } = await start(tracing);
    await serveRequest(tracer, { ...CALLED }, () => Promise.resolve(), { status: 404 });
    await tracer[Symbol.asyncDispose]();
    expect(await wait(1)).toMatchObject([{ failed: false }]);
  });

  test('ends with its request: work that goes on afterwards is not added', async () => {
    const { tracer, received, wait } = await start(tracing);
    const released = Promise.withResolvers<undefined>();
    const background = await serveRequest(tracer, { ...CALLED }, () => {
      const going = released.promise.then(() => tracer.span({ name: 'late', kind: 'internal' }, () => nextTurn()));
      return Promise.resolve({ going });
    });
    released.resolve(undefined);
    await background.going;
    await tracer[Symbol.asyncDispose]();
    await wait(1);
    expect(received.map(({ name }) => name)).toEqual(['catalog']);
  });

  test('has nothing below work that has ended', async () => {
    const { tracer, received, wait } = await start(tracing);
    await serveRequest(tracer, { ...CALLED }, async () => {
      const released = Promise.withResolvers<undefined>();
      const late = await tracer.span({ name: 'users', kind: 'client' }, () => {
        const going = released.promise.then(() => tracer.span({ name: 'late', kind: 'internal' }, () => nextTurn()));
        return Promise.resolve({ going });
      });
      released.resolve(undefined);
      await late.going;
    });
    await tracer[Symbol.asyncDispose]();
    await wait(2);
    expect(received.map(({ name }) => name).sort()).toEqual(['catalog', 'users']);
  });

  test('has for every one of 1,000 requests at once the right parent', async () => {
    const { tracer, wait } = await start(tracing);
    const served = await Promise.all(
      Array.from({ length: 1000 }, async (_, index) => {
        const caller = (index + 1).toString(16).padStart(16, '0');
        const traceId = TRACE_ID.slice(0, 16) + caller;
        const headers = { traceparent: `00-${traceId}-${caller}-01` };
        return serveRequest(tracer, headers, async () => {
          await turns(index % 50);
          return tracer.span({ name: 'users', kind: 'client' }, async () => {
            await turns(index % 7);
            return { traceId, caller, sent: handedOn() };
          });
        });
      }),
    );
    await tracer[Symbol.asyncDispose]();
    const spans = new Map((await wait(2000)).map((span) => [span.id, span]));
    for (const { traceId, caller, sent } of served) {
      const call = spans.get(sent!.parentId!)!;
      expect(call).toMatchObject({ name: 'users', traceId });
      expect(spans.get(call.parentId!)).toMatchObject({ name: 'catalog', traceId, parentId: caller });
    }
  });
});

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await nextTurn();
}
