import { runInRequest, type RequestContext } from '@fairlead/request-context';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  answerJson,
  createTestClient,
  startService,
  thing,
  type TestService,
  whenClosed,
} from '../test/start-service.ts';
import { CallLimits } from './call-limits.ts';

const getThing = { params: { id: 'a' } };

const createContext = (leftMs: number, signal = new AbortController().signal): RequestContext => ({
  requestId: 'request-0001',
  clientAddress: '127.0.0.1',
  deadline: performance.now() + leftMs,
  signal,
  trace: { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: 'ffffffffffffffff', sampled: false },
});

/** A service that keeps every request; `arrived` resolves with the first, `left` when its connection is closed. */
async function startSilentService() {
  const arrived = Promise.withResolvers<ServerResponse>();
  const service = await startService((_request, response) => {
    arrived.resolve(response);
  });
  const left = arrived.promise.then((response) => whenClosed(response));
  return { ...service, arrived: arrived.promise, left };
}

async function measureMs(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

describe('a call that takes too long', () => {
  test('ends when its own time is over, and the callee sees it', async () => {
    const { instance, requests, left } = await startSilentService();
    const { client } = await createTestClient([instance]);
    const tookMs = await measureMs(() =>
      expect(client.getThing(getThing, { timeoutMs: 400 })).rejects.toMatchObject({ code: 'call/timed-out' }),
    );
    expect(tookMs).toBeLessThan(950);
    expect(Number(requests[0]!.headers['x-request-timeout-ms'])).toBeLessThanOrEqual(400);
    await left;
  });

  test('ends when the request on whose behalf it is made has no time left', async () => {
    const { instance, requests } = await startSilentService();
    const { client } = await createTestClient([instance]);
    const tookMs = await measureMs(() =>
      runInRequest(createContext(420), () =>
        expect(client.getThing(getThing)).rejects.toMatchObject({ code: 'call/timed-out', kind: 'unavailable' }),
      ),
    );
    expect(tookMs).toBeLessThan(950);
    expect(Number(requests[0]!.headers['x-request-timeout-ms'])).toBeLessThanOrEqual(420);
  });

  test('has timed out, and was not cancelled, where that request is aborted because its time is over', () => {
    const controller = new AbortController();
    const context = createContext(50, controller.signal);
    using limits = runInRequest(context, () => new CallLimits('things', {}));
    // Without a turn of the event loop, so that no timer is first.
    while (performance.now() < context.deadline);
    controller.abort();
    expect(limits.signal.reason).toMatchObject({ code: 'call/timed-out' });
  });

  test('is given up after one second where it cannot be made again, as it may have been done', async () => {
    const { instance, requests } = await startSilentService();
    const { client } = await createTestClient([instance]);
    const tookMs = await measureMs(() =>
      expect(client.createThing({ body: { name: 'x' } })).rejects.toMatchObject({ code: 'call/timed-out' }),
    );
    expect(tookMs).toBeGreaterThan(950);
    expect(tookMs).toBeLessThan(2900);
    expect(requests).toHaveLength(1);
  });

  test('is given up after three seconds in all, however often it is made', async () => {
    const { instance, requests } = await startSilentService();
    const { client } = await createTestClient([instance]);
    const tookMs = await measureMs(() =>
      expect(client.getThing(getThing)).rejects.toMatchObject({ code: 'call/timed-out' }),
    );
    expect(tookMs).toBeLessThan(3900);
    expect(requests).toHaveLength(3);
    const announced = requests.map(({ headers }) => Number(headers['x-request-timeout-ms']));
    expect(announced[0]).toBe(1000);
    expect(announced[2]).toBeLessThan(1000);
  });

  test.each<[string, (request: IncomingMessage, response: ServerResponse) => void]>([
    ['its headers', () => undefined],
    [
      'its body',
      (_request, response) => void response.writeHead(200, { 'Content-Type': 'application/json' }).write('{'),
    ],
    ['one byte of its body after the other', (_request, response) => void trickle(response)],
  ])('is given up where the callee is slow with %s', async (_title, listener) => {
    const { instance, sockets } = await startService(listener);
    const { client } = await createTestClient([instance]);
    const call = client.getThing(getThing, { timeoutMs: 200 });
    await expect(call).rejects.toMatchObject({ code: 'call/timed-out' });
    await Promise.all([...sockets].map(whenClosed));
  });

  test('is not even sent where the answer could not be back in time', async () => {
    const { instance, requests, connectionsMade } = await startSilentService();
    const { client } = await createTestClient([instance]);
    for (const leftMs of [3, 0, -50]) {
      const call = runInRequest(createContext(leftMs), () => client.getThing(getThing));
      await expect(call).rejects.toMatchObject({ code: 'call/timed-out' });
    }
    expect([requests.length, connectionsMade()]).toEqual([0, 0]);
  });

  test('is given up while the instance is being looked for, and lets go of it when it is found', async () => {
    const { promise: found, resolve } = Promise.withResolvers<undefined>();
    const released = Promise.withResolvers<undefined>();
    const discovery = {
      acquire: async () => {
        await found;
        const release = () => {
          released.resolve(undefined);
        };
        return { instance: { id: '1', host: '127.0.0.1', port: 1 }, succeed: release, fail: release, release };
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
    const { client } = await createTestClient([], { discovery });
    await expect(client.getThing(getThing, { timeoutMs: 50 })).rejects.toMatchObject({ code: 'call/timed-out' });
    resolve(undefined);
    await released.promise;
  });
});

async function trickle(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'Content-Type': 'application/json' });
  while (!response.destroyed) {
    response.write(' ');
    await delay(20);
  }
}

test('over three hops, each has less time than the one before', async () => {
  const last = await startService((_request, response) => {
    answerJson(response, 200, thing);
  });
  const middle = await forwardTo(last);
  const first = await forwardTo(middle);
  const { client } = await createTestClient([first.instance]);
  await runInRequest(createContext(950), () => client.getThing(getThing));
  const budgets = [first, middle, last].map(({ requests }) => Number(requests[0]!.headers['x-request-timeout-ms']));
  expect(budgets[0]).toBeLessThanOrEqual(950);
  expect(budgets[1]).toBeLessThanOrEqual(budgets[0]! - 20);
  expect(budgets[2]).toBeLessThanOrEqual(budgets[1]! - 20);
  expect(budgets[2]).toBeGreaterThan(0);
});

/** A service that takes 20 ms and then asks the next one, within the time that its caller waits. */
async function forwardTo(next: TestService): Promise<TestService> {
  const { client } = await createTestClient([next.instance]);
  return startService((request, response) => {
    const context = createContext(Number(request.headers['x-request-timeout-ms']));
    void runInRequest(context, async () => {
      await delay(20);
      const { body } = await client.getThing(getThing);
      answerJson(response, 200, body);
    });
  });
}

describe('a call that nobody waits for', () => {
  test('is let go when the request on whose behalf it is made is aborted, and the callee sees it', async () => {
    const { instance, arrived, left } = await startSilentService();
    const { client, discoveryEvents } = await createTestClient([instance]);
    const controller = new AbortController();
    const call = runInRequest(createContext(2000, controller.signal), () => client.getThing(getThing));
    await arrived;
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'call/cancelled', kind: 'unavailable' });
    await left;
    // The instance is not to blame for it.
    expect(discoveryEvents).toEqual([]);
  });

  test('is let go by the signal of its options', async () => {
    const { instance, arrived, left } = await startSilentService();
    const { client } = await createTestClient([instance]);
    const controller = new AbortController();
    const call = client.getThing(getThing, { signal: controller.signal });
    await arrived;
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'call/cancelled' });
    await left;
  });

  test('is not sent', async () => {
    const { instance, requests } = await startSilentService();
    const { client } = await createTestClient([instance]);
    await expect(client.getThing(getThing, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'call/cancelled',
    });
    expect(requests).toEqual([]);
  });

  test('is let go while it waits to be made again', async () => {
    const controller = new AbortController();
    const { instance, requests } = await startService((_request, response) => {
      response.writeHead(503, { 'Retry-After': '1' }).end();
      response.on('close', () =>
        setImmediate(() => {
          controller.abort();
        }),
      );
    });
    const { client } = await createTestClient([instance]);
    const tookMs = await measureMs(() =>
      expect(client.getThing(getThing, { signal: controller.signal })).rejects.toMatchObject({
        code: 'call/cancelled',
      }),
    );
    expect(tookMs).toBeLessThan(950);
    expect(requests).toHaveLength(1);
  });

  test('leaves no listener behind, on a signal that outlives many calls', async () => {
    const { instance } = await startService((_request, response) => {
      answerJson(response, 200, thing);
    });
    const { client } = await createTestClient([instance]);
    const { signal } = new AbortController();
    let listeners = 0;
    const counting = new Proxy(signal, {
      get(target, property) {
        if (property === 'addEventListener') listeners += 1;
        if (property === 'removeEventListener') listeners -= 1;
        const value: unknown = Reflect.get(target, property, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    await Promise.all(Array.from({ length: 20 }, () => client.getThing(getThing, { signal: counting })));
    expect(listeners).toBe(0);
  });
});
