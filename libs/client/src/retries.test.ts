import { StaticDiscovery, type Instance } from '@fairlead/discovery';
import type { RequestListener } from 'node:http';
import { describe, expect, test } from 'vitest';
import {
  answerJson,
  answerProblem,
  createTestClient,
  findUnusedInstance,
  startService,
  thing,
  type TestService,
} from '../test/start-service.ts';

const getThing = { params: { id: 'a' } };
const createThing = { body: { name: 'x' } };

const work: RequestListener = (request, response) => {
  answerJson(response, request.method === 'POST' ? 201 : 200, thing);
};
const fail =
  (status: number): RequestListener =>
  (_request, response) => {
    answerProblem(response, status, { code: 'things/broken' });
  };
const breakOff: RequestListener = (request) => void request.socket.destroy();

/** The first is asked first: with these random numbers, discovery chooses by the order. */
async function createOrderedClient(instances: readonly Instance[]) {
  const discovery = new StaticDiscovery({ things: instances }, { random: () => 0 });
  return createTestClient(instances, { discovery });
}

async function startPair(first: RequestListener, second: RequestListener = work) {
  const pair = [await startService(first), await startService(second)] as const;
  return { pair, ...(await createOrderedClient(pair.map(({ instance }) => instance))) };
}

const counts = (services: readonly TestService[]) => services.map(({ requests }) => requests.length);

describe('a call that may be made again', () => {
  test.each([502, 503, 504])('is answered by another instance after %i', async (status) => {
    const { client, pair, events } = await startPair(fail(status));
    expect(await client.getThing(getThing)).toMatchObject({ status: 200 });
    expect(counts(pair)).toEqual([1, 1]);
    expect(events).toMatchObject([
      { callee: 'things', route: 'getThing', attempt: 1, code: 'call/unavailable', next: 'retried' },
    ]);
  });

  test('is answered by another instance after the connection broke off', async () => {
    const { client, pair } = await startPair(breakOff);
    expect(await client.getThing(getThing)).toMatchObject({ status: 200 });
    expect(counts(pair)).toEqual([1, 1]);
  });

  test('is answered by another instance where half an answer came', async () => {
    const { client } = await startPair((request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 100 });
      response.write('{"id":', () => request.socket.destroy());
    });
    expect(await client.getThing(getThing)).toMatchObject({ status: 200 });
  });

  test('is a post where its route says so', async () => {
    const { client } = await startPair(fail(503), (_request, response) => void response.writeHead(204).end());
    expect(await client.reportThing({ body: { id: 'a' } })).toEqual({ status: 204 });
  });

  test('is made three times at most, and then fails as the last one did', async () => {
    const { client, pair, events } = await startPair(fail(502), fail(503));
    await expect(client.getThing(getThing)).rejects.toMatchObject({ code: 'call/unavailable' });
    expect(counts(pair).reduce((sum, count) => sum + count)).toBe(3);
    expect(events.map(({ next }) => next)).toEqual(['retried', 'retried', 'attempts-used-up']);
  });

  test('fails with the problem of the route where every instance has it', async () => {
    const unavailable: RequestListener = (_request, response) => {
      answerProblem(response, 503, { code: 'things/shelf-unavailable', detail: 'being painted' });
    };
    const { client } = await startPair(unavailable, unavailable);
    const problem = { code: 'things/shelf-unavailable', kind: 'unavailable', message: 'being painted' };
    await expect(client.getThing(getThing)).rejects.toMatchObject(problem);
  });
});

describe('a call that may not be made again', () => {
  test.each<[string, RequestListener]>([
    ['503', fail(503)],
    ['a connection that broke off', breakOff],
  ])('ends with %s', async (_title, listener) => {
    const { client, pair, events } = await startPair(listener);
    await expect(client.createThing(createThing)).rejects.toMatchObject({ code: 'call/unavailable' });
    expect(counts(pair)).toEqual([1, 0]);
    expect(events).toMatchObject([{ next: 'not-retriable' }]);
  });

  test('is answered by another instance where the first one refuses the connection: nothing was sent', async () => {
    const working = await startService(work);
    const { client } = await createOrderedClient([await findUnusedInstance(), working.instance]);
    expect(await client.createThing(createThing)).toMatchObject({ status: 201 });
    expect(working.requests).toHaveLength(1);
  });

  test('is answered by another instance after 421: nothing was done', async () => {
    const other = await startService(fail(421), 'users');
    const working = await startService(work);
    const { client } = await createOrderedClient([other.instance, working.instance]);
    expect(await client.createThing(createThing)).toMatchObject({ status: 201 });
  });

  test('ends with the answer of a stranger, which may have done something', async () => {
    const stranger = await startService(work, 'users');
    const working = await startService(work);
    const { client } = await createOrderedClient([stranger.instance, working.instance]);
    await expect(client.createThing(createThing)).rejects.toMatchObject({ code: 'call/unavailable' });
    expect(counts([stranger, working])).toEqual([1, 0]);
  });
});

describe('a call whose token is refused', () => {
  /** A callee that takes one token, and a caller who still holds another until it asks again. */
  async function startRotated(newer: string) {
    const service = await startService((request, response) => {
      if (request.headers.authorization === 'Bearer token-3') work(request, response);
      else answerProblem(response, 401, { code: 'request/unauthenticated' });
    });
    let held = 'token-1';
    const signed: boolean[] = [];
    const sign = (_callee: string, { isRefused } = { isRefused: false }) => {
      signed.push(isRefused);
      if (isRefused) held = newer;
      return Promise.resolve(held);
    };
    return { ...service, signed, ...(await createTestClient([service.instance], { sign })) };
  }

  test('is made again with a newer one, though it may not be repeated: nothing was done', async () => {
    const { client, requests, signed, events } = await startRotated('token-3');
    expect(await client.createThing(createThing)).toMatchObject({ status: 201 });
    expect(requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-1', 'Bearer token-3']);
    expect(signed).toEqual([false, true]);
    expect(events).toMatchObject([{ attempt: 1, code: 'call/refused', next: 'retried' }]);
    expect(await client.createThing(createThing)).toMatchObject({ status: 201 });
    expect(requests).toHaveLength(3);
  });

  test('fails for none of a hundred at once, however little budget there is', async () => {
    const { client } = await startRotated('token-3');
    const calls = Array.from({ length: 100 }, () => client.createThing(createThing));
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(calls.map(() => 201));
  });

  test('ends where there is no newer one', async () => {
    const { client, requests, events } = await startRotated('token-1');
    await expect(client.createThing(createThing)).rejects.toMatchObject({ code: 'call/refused' });
    expect(requests).toHaveLength(1);
    expect(events).toMatchObject([{ next: 'not-retriable' }]);
  });

  test('is made three times at most, though every token is another one', async () => {
    let count = 0;
    const service = await startService((_request, response) => {
      answerProblem(response, 401, { code: 'request/unauthenticated' });
    });
    const sign = () => Promise.resolve(`token-${(count += 1)}`);
    const { client } = await createTestClient([service.instance], { sign });
    await expect(client.createThing(createThing)).rejects.toMatchObject({ code: 'call/refused' });
    expect(service.requests).toHaveLength(3);
  });

  test('ends with its own problem where the route itself says 401, which it may do after some work', async () => {
    const { instance, requests } = await startService((_request, response) => {
      answerProblem(response, 401, { code: 'things/not-signed' });
    });
    let count = 0;
    const sign = () => Promise.resolve(`token-${(count += 1)}`);
    const { client } = await createTestClient([instance], { sign });
    await expect(client.reportThing({ body: { id: 'a' } })).rejects.toMatchObject({ code: 'things/not-signed' });
    expect(requests).toHaveLength(1);
  });

  test('ends where its route takes no token at all', async () => {
    const service = await startService(fail(401));
    const { client } = await createTestClient([service.instance]);
    await expect(client.getThing(getThing)).rejects.toMatchObject({ code: 'call/refused' });
    expect(service.requests).toHaveLength(1);
  });
});

describe('an address that belongs to somebody else now', () => {
  test.each([
    ['another service', 'users'],
    ['a server that does not say who it is', ''],
  ])('is that of %s: its answer is no answer, and it is not asked again', async (_title, name) => {
    const stranger = await startService(work, name);
    const working = await startService(work);
    const { client, requests } = {
      ...(await createOrderedClient([stranger.instance, working.instance])),
      requests: working.requests,
    };
    for (let call = 0; call < 5; call++) await client.getThing(getThing);
    expect(stranger.requests).toHaveLength(1);
    expect(requests).toHaveLength(5);
  });
});

describe('a callee that says when to try again', () => {
  const unavailableFor = (seconds: string): RequestListener => {
    let isFirst = true;
    return (request, response) => {
      if (isFirst) answerProblem(response, 503, { code: 'database/unavailable', headers: { 'Retry-After': seconds } });
      else work(request, response);
      isFirst = false;
    };
  };

  test('is not asked before', async () => {
    const { instance } = await startService(unavailableFor('1'));
    const { client } = await createTestClient([instance]);
    const started = performance.now();
    expect(await client.getThing(getThing)).toMatchObject({ status: 200 });
    expect(performance.now() - started).toBeGreaterThanOrEqual(999);
  });

  test('is not waited for where the call is over by then', async () => {
    const { instance, requests } = await startService(unavailableFor('5'));
    const { client, events } = await createTestClient([instance]);
    const started = performance.now();
    await expect(client.getThing(getThing)).rejects.toMatchObject({ headers: { 'Retry-After': '5' } });
    expect(performance.now() - started).toBeLessThan(500);
    expect(requests).toHaveLength(1);
    expect(events).toMatchObject([{ next: 'no-time-left' }]);
  });

  test('may name a date', async () => {
    const { instance } = await startService(unavailableFor(new Date(Date.now() + 60_000).toUTCString()));
    const { client } = await createTestClient([instance]);
    const problem = (await client.getThing(getThing).catch((error: unknown) => error)) as {
      headers: Record<string, string>;
    };
    expect(Number(problem.headers['Retry-After'])).toBeGreaterThan(50);
  });
});

describe('the load of retries', () => {
  /** Fails every call whose number the function says, whichever instance it reaches. */
  async function measure(calls: number, isFailing: (call: number) => boolean) {
    let sent = 0;
    const listener: RequestListener = (request, response) => {
      (isFailing(sent++) ? fail(503) : work)(request, response);
    };
    const services = [await startService(listener), await startService(listener), await startService(listener)];
    const { client } = await createTestClient(services.map(({ instance }) => instance));
    let failed = 0;
    for (let call = 0; call < calls; call++) await client.getThing(getThing).catch(() => (failed += 1));
    return { amplification: sent / calls, failed };
  }

  test('adds less than a tenth where every call fails', async () => {
    const { amplification, failed } = await measure(1000, () => true);
    expect(amplification).toBeGreaterThan(1);
    expect(amplification).toBeLessThanOrEqual(1.1);
    expect(failed).toBe(1000);
  });

  test('adds no more than a tenth where every call fails after a long time without any', async () => {
    const { amplification } = await measure(4000, (call) => call >= 2000);
    expect(amplification).toBeLessThanOrEqual(1 + 110 / 4000);
  });

  test('hides one failure in a hundred altogether', async () => {
    const { amplification, failed } = await measure(1000, (call) => call % 100 === 99);
    expect(failed).toBe(0);
    expect(amplification).toBeLessThanOrEqual(1.02);
  });

  test('adds less than a tenth where half of the calls fail', async () => {
    const { amplification } = await measure(1000, (call) => call % 2 === 0);
    expect(amplification).toBeLessThanOrEqual(1.1);
  });
});
