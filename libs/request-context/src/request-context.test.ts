import { expect, test } from 'vitest';
import { findRequestContext, runInRequest, runInTrace, type RequestContext } from './request-context.ts';

const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true };

function createContext(requestId: string): RequestContext {
  return {
    requestId,
    deadline: 1000,
    clientAddress: '192.0.2.1',
    trace,
    get signal(): AbortSignal {
      throw new Error('nobody asked for it');
    },
  };
}

const tick = () => new Promise((resolve) => setImmediate(resolve));

test('there is no context outside of a request', () => {
  expect(findRequestContext()).toBeUndefined();
  expect(runInTrace(trace, findRequestContext)).toBeUndefined();
});

test('a thousand requests at once each keep their own', async () => {
  const ids = Array.from({ length: 1000 }, (_value, index) => `request-${index}`);
  const seen = await Promise.all(
    ids.map((id) =>
      runInRequest(createContext(id), async () => {
        await tick();
        return findRequestContext()?.requestId;
      }),
    ),
  );
  expect(seen).toEqual(ids);
});

test('a span further down has its own place in the trace and everything else of its request, unasked for what is made late', () => {
  const inner = { ...trace, spanId: 'c'.repeat(16) };
  runInRequest(createContext('one'), () => {
    runInTrace(inner, () => {
      expect(findRequestContext()).toMatchObject({ requestId: 'one', deadline: 1000, trace: inner });
    });
    expect(findRequestContext()?.trace).toBe(trace);
  });
});
