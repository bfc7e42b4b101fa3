import { Problem } from '@fairlead/problem';
import { findRequestContext, runInRequest, type RequestContext } from '@fairlead/request-context';
import type { SpanOptions, Tracer } from '@fairlead/tracing';
import type { RequestListener } from 'node:http';
import { describe, expect, test } from 'vitest';
import { thingNotFound } from '../test/api.ts';
import { answerJson, answerProblem, createTestClient, startService, thing } from '../test/start-service.ts';

const answerThing: RequestListener = (_request, response) => {
  answerJson(response, 200, thing);
};

async function startClient(listener: RequestListener) {
  const service = await startService(listener);
  return { ...service, ...(await createTestClient([service.instance])) };
}

const problemOf = (call: Promise<unknown>): Promise<Problem> =>
  call.then(
    () => {
      throw new Error('the call should have failed');
    },
    (error: unknown) => {
      expect(error).toBeInstanceOf(Problem);
      return error as Problem;
    },
  );

describe('a request', () => {
  test('says who calls, whom it is for, what it takes, and who vouches for the caller', async () => {
    const { client, requests } = await startClient((_request, response) => {
      answerJson(response, 201, thing);
    });
    expect(await client.createThing({ body: { name: 'lamp' } })).toEqual({ status: 201, body: thing });
    expect(requests).toMatchObject([
      {
        method: 'POST',
        url: '/things',
        body: '{"name":"lamp"}',
        headers: {
          accept: 'application/json, application/problem+json',
          'user-agent': 'payments',
          'x-fairlead-service': 'things',
          authorization: 'Bearer token-1',
          'content-type': 'application/json',
          'x-request-timeout-ms': expect.stringMatching(/^\d{3,4}$/),
        },
      },
    ]);
  });

  test('to a route for anyone carries no token', async () => {
    const { client, requests } = await startClient(answerThing);
    await client.getThing({ params: { id: 'a' } });
    expect(requests[0]!.headers).not.toHaveProperty('authorization');
    expect(requests[0]!.headers).not.toHaveProperty('content-type');
  });

  test('carries its body in the media type of the route', async () => {
    const { client, requests } = await startClient(answerThing);
    await client.changeThing({ params: { id: 'a' }, body: { name: 'x' } });
    expect(requests[0]!.headers['content-type']).toBe('application/merge-patch+json');
  });

  test.each([
    ['a/b', '/things/a%2Fb'],
    ['?q=1#x', '/things/%3Fq%3D1%23x'],
    ['ä %', '/things/%C3%A4%20%25'],
    ['$&', '/things/%24%26'],
    ['...', '/things/...'],
  ])('with the path parameter %j stays on its route', async (id, url) => {
    const { client, requests } = await startClient(answerThing);
    await client.getThing({ params: { id } });
    expect(requests[0]!.url).toBe(url);
  });

  test.each(['', '.', '..'])('with the path parameter %j is not sent, as it would be another route', async (id) => {
    const { client, requests } = await startClient(answerThing);
    expect(await problemOf(client.getThing({ params: { id } }))).toMatchObject({
      code: 'call/refused',
      kind: 'internal',
    });
    expect(requests).toEqual([]);
  });

  test('repeats a query parameter that has several values, leaves out absent ones, and sends the headers of the route', async () => {
    const { client, requests } = await startClient((_request, response) => {
      answerJson(response, 200, { things: [] });
    });
    const query = { tag: ['a b', 'c&d'], limit: undefined as unknown as number };
    await client.listThings({ query, headers: { 'if-none-match': '"1"' } });
    expect(requests[0]).toMatchObject({ url: '/things?tag=a+b&tag=c%26d', headers: { 'if-none-match': '"1"' } });
  });

  test('whose header cannot be sent is a fault of the caller, and is not sent', async () => {
    const { client, requests } = await startClient(answerThing);
    const call = client.listThings({ query: {}, headers: { 'if-none-match': 'a\r\nX-Admin: yes' } });
    expect(await problemOf(call)).toMatchObject({ code: 'call/refused' });
    expect(requests).toEqual([]);
  });

  test('is not sent where the token of the caller cannot be had', async () => {
    const { instance, requests } = await startService(answerThing);
    const { client } = await createTestClient([instance], { sign: () => Promise.reject(new Error('no key')) });
    const problem = await problemOf(client.createThing({ body: { name: 'x' } }));
    expect(problem).toMatchObject({ code: 'call/unavailable', cause: { message: 'no key' } });
    expect(requests).toEqual([]);
  });
});

describe('the trace', () => {
  test('goes on below the span of the call, with the id of the request', async () => {
    const { instance, requests } = await startService(answerThing);
    const spans: SpanOptions[] = [];
    const { client } = await createTestClient([instance], { tracer: createTestTracer(spans, '00f067aa0ba902b7') });
    await runInRequest(createContext(), () => client.getThing({ params: { id: 'a' } }));
    expect(requests[0]!.headers).toMatchObject({
      'x-request-id': 'request-0001',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      tracestate: 'vendor=1',
      'x-amzn-trace-id': 'Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7;Sampled=1',
    });
    const address = `${instance.host}:${instance.port}`;
    expect(spans).toEqual([
      {
        name: 'things',
        kind: 'client',
        attributes: { 'http.method': 'GET', 'http.route': '/things/:id', 'server.address': address },
      },
    ]);
  });

  test('sees the status of a call that fails', async () => {
    const { instance } = await startService((_request, response) => {
      answerProblem(response, 404, { code: thingNotFound.code });
    });
    const failures: unknown[] = [];
    const tracer: Tracer = {
      ...createTestTracer([], '00f067aa0ba902b7'),
      span: (_options, work) =>
        work().catch((error: unknown) => {
          failures.push(error);
          throw error;
        }),
    };
    const { client } = await createTestClient([instance], { tracer });
    await problemOf(client.getThing({ params: { id: 'a' } }));
    expect(failures).toMatchObject([{ status: 404, code: 'things/not-found' }]);
  });

  test('is not needed: a call outside of any request has no trace', async () => {
    const { client, requests } = await startClient(answerThing);
    await client.getThing({ params: { id: 'a' } });
    for (const name of ['traceparent', 'x-amzn-trace-id', 'x-request-id']) {
      expect(requests[0]!.headers).not.toHaveProperty(name);
    }
  });
});

describe('an answer', () => {
  test('gives the headers that its route names', async () => {
    const { client } = await startClient((_request, response) => {
      response.setHeader('etag', '"7"').setHeader('X-Other', 'x');
      answerJson(response, 200, thing);
    });
    expect(await client.getThing({ params: { id: 'a' } })).toEqual({
      status: 200,
      body: thing,
      headers: { ETag: '"7"' },
    });
  });

  test('without a body is a reply where the route has none', async () => {
    const { client } = await startClient((_request, response) => void response.writeHead(204).end());
    expect(await client.reportThing({ body: { id: 'a' } })).toEqual({ status: 204 });
  });

  test('after 103 Early Hints is read as the answer', async () => {
    const { client } = await startClient((_request, response) => {
      response.writeEarlyHints({ link: '</x>; rel=preload' });
      answerJson(response, 200, thing);
    });
    expect(await client.getThing({ params: { id: 'a' } })).toMatchObject({ status: 200, body: thing });
  });

  test('with fields that only a newer callee has is read without them', async () => {
    const { client } = await startClient((_request, response) => {
      answerJson(response, 200, { things: [{ ...thing, colour: 'red' }], next: null });
    });
    expect(await client.listThings({ query: {}, headers: {} })).toMatchObject({ body: { things: [thing] } });
  });

  test.each<[string, RequestListener]>([
    [
      'that lacks a field',
      (_request, response) => {
        answerJson(response, 200, { id: 'a' });
      },
    ],
    [
      'that is not JSON',
      (_request, response) => void response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"id":'),
    ],
    [
      'in another media type',
      (_request, response) => void response.writeHead(200, { 'Content-Type': 'text/html' }).end(JSON.stringify(thing)),
    ],
    ['without a media type', (_request, response) => void response.writeHead(200).end(JSON.stringify(thing))],
    [
      'larger than anything a service reads',
      (_request, response) => {
        answerJson(response, 200, { ...thing, name: 'x'.repeat(1024 * 1024) });
      },
    ],
  ])('%s is call/unavailable, and is not asked for again', async (_title, listener) => {
    const { client, requests } = await startClient(listener);
    const problem = await problemOf(client.getThing({ params: { id: 'a' } }));
    expect(problem).toMatchObject({
      code: 'call/unavailable',
      headers: { 'Retry-After': '1' },
      cause: expect.any(Error),
    });
    expect(requests).toHaveLength(1);
  });
});

describe('a problem', () => {
  test('that the route declares is thrown as that problem, with what the callee says', async () => {
    const { client, events } = await startClient((_request, response) => {
      const headers = { 'Retry-After': '7' };
      answerProblem(response, 404, { code: 'things/not-found', detail: 'no thing is called a', headers });
    });
    expect(await problemOf(client.getThing({ params: { id: 'a' } }))).toMatchObject({
      code: thingNotFound.code,
      kind: thingNotFound.kind,
      message: 'no thing is called a',
      headers: { 'Retry-After': '7' },
    });
    expect(events).toEqual([]);
  });

  test.each([400, 401, 403, 404, 409, 415])(
    'with %i that the route does not declare is a fault of this service, of which callers see nothing',
    async (status) => {
      const { client, requests } = await startClient((_request, response) => {
        answerProblem(response, status, { code: 'things/secret', detail: 'row 7' });
      });
      const problem = await problemOf(client.getThing({ params: { id: 'a' } }));
      expect(problem).toMatchObject({ code: 'call/refused', kind: 'internal' });
      expect(problem.message).not.toMatch(/secret|row 7/);
      expect(String(problem.cause)).toContain(`answered getThing with ${status} things/secret`);
      expect(requests).toHaveLength(1);
    },
  );

  test.each([408, 429, 500, 501])('with %i that the route does not declare is call/unavailable', async (status) => {
    const { client, requests } = await startClient((_request, response) => {
      answerProblem(response, status, { code: 'request/x', headers: { 'Retry-After': '9' } });
    });
    const problem = await problemOf(client.getThing({ params: { id: 'a' } }));
    expect(problem).toMatchObject({ code: 'call/unavailable', headers: { 'Retry-After': '9' } });
    expect(requests).toHaveLength(1);
  });

  test('is call/unavailable where no instance is known', async () => {
    const { client } = await createTestClient([]);
    const problem = await problemOf(client.getThing({ params: { id: 'a' } }));
    expect(problem).toMatchObject({ code: 'call/unavailable', cause: { code: 'discovery/no-instances' } });
  });
});

const createContext = (): RequestContext => ({
  requestId: 'request-0001',
  clientAddress: '127.0.0.1',
  deadline: performance.now() + 2000,
  signal: new AbortController().signal,
  trace: { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: 'ffffffffffffffff', sampled: true, state: 'vendor=1' },
});

/** Runs every span below one id. */
function createTestTracer(spans: SpanOptions[], spanId: string): Tracer {
  return {
    startRequest: () => {
      throw new Error('no request begins here');
    },
    span: (options, work) => {
      spans.push(options);
      const context = findRequestContext();
      return context ? runInRequest({ ...context, trace: { ...context.trace, spanId } }, work) : work();
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
