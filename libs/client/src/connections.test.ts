import type { RequestListener } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  answerJson,
  createTestClient,
  findUnusedInstance,
  startService,
  thing,
  whenClosed,
} from '../test/start-service.ts';
import { Connections } from './connections.ts';

const getThing = { params: { id: 'a' } };
const get = { method: 'GET', path: '/', headers: {}, body: null } as const;
const limits = () => ({ signal: new AbortController().signal, timeoutMs: 1000 });

const work: RequestListener = (_request, response) => {
  answerJson(response, 200, thing);
};

const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);
beforeEach(() => void process.on('unhandledRejection', note));
afterEach(async () => {
  await turn();
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

function createConnections(): Connections {
  const connections = new Connections();
  onTestFinished(() => connections[Symbol.asyncDispose]());
  return connections;
}

describe('a connection', () => {
  test('is used again by the next call', async () => {
    const { instance, connectionsMade } = await startService(work);
    const { client } = await createTestClient([instance]);
    for (let call = 0; call < 5; call++) {
      await client.getThing(getThing);
      // undici takes a connection back a moment after its answer.
      await turn();
    }
    expect(connectionsMade()).toBe(1);
  });

  test('is closed after four idle seconds, long before the server does it, whatever the server offers', async () => {
    const { instance, sockets } = await startService((request, response) => {
      response.setHeader('Keep-Alive', 'timeout=65');
      work(request, response);
    });
    await createConnections().exchange(instance, get, limits());
    const started = performance.now();
    await Promise.all([...sockets].map(whenClosed));
    expect(performance.now() - started).toBeGreaterThan(2900);
    expect(performance.now() - started).toBeLessThan(6000);
  });

  test('is given up after a minute, so that no caller keeps to an old task', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const { instance, connectionsMade } = await startService(work);
    const connections = createConnections();
    await connections.exchange(instance, get, limits());
    await turn();
    vi.setSystemTime(Date.now() + 59_000);
    await connections.exchange(instance, get, limits());
    await turn();
    expect(connectionsMade()).toBe(1);
    vi.setSystemTime(Date.now() + 2000);
    await connections.exchange(instance, get, limits());
    expect(connectionsMade()).toBe(2);
  });

  test('that the server closes while it is idle is replaced, and no call notices', async () => {
    const { instance, connectionsMade, sockets } = await startService(work);
    const { client, events } = await createTestClient([instance]);
    for (let call = 0; call < 20; call++) {
      await client.getThing(getThing);
      const closed = Promise.all([...sockets].map(whenClosed));
      for (const socket of sockets) socket.end();
      await closed;
    }
    expect(connectionsMade()).toBe(20);
    expect(events).toEqual([]);
  });

  test('that the server closes just as the next call is sent costs at most an attempt', async () => {
    const { instance } = await startService((request, response) => {
      work(request, response);
      setImmediate(() => void request.socket.destroy());
    });
    const { client } = await createTestClient([instance]);
    for (let call = 0; call < 50; call++) expect(await client.getThing(getThing)).toMatchObject({ status: 200 });
  });
});

describe('many calls at once', () => {
  test('share a limited number of connections, and each has its own answer', async () => {
    const { instance, connectionsMade } = await startService((request, response) => {
      const id = request.url?.split('/').at(-1) ?? '';
      setImmediate(() => {
        answerJson(response, 200, { id, name: `thing ${id}` });
      });
    });
    const connections = createConnections();
    const ids = Array.from({ length: 1000 }, (_, index) => String(index));
    const options = { ...limits(), timeoutMs: 15_000 };
    const answers = await Promise.all(
      ids.map((id) => connections.exchange(instance, { ...get, path: `/things/${id}` }, options)),
    );
    expect(answers.map(({ body }) => JSON.parse(body.toString()))).toEqual(
      ids.map((id) => ({ id, name: `thing ${id}` })),
    );
    expect(connectionsMade()).toBeLessThanOrEqual(64);
  });

  test('beyond what an instance can be asked at once fail at once, and are not sent', async () => {
    const { instance, requests } = await startService(() => undefined);
    const connections = createConnections();
    const { signal, stop } = stoppable();
    const waiting = Array.from({ length: 1024 }, () =>
      connections.exchange(instance, get, { signal, timeoutMs: 5000 }),
    );
    await expect(connections.exchange(instance, get, limits())).rejects.toMatchObject({
      fault: 'crowded',
      sent: false,
    });
    stop();
    const results = await Promise.allSettled(waiting);
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect(requests.length).toBeLessThanOrEqual(64);
  });

  test('that are all let go leave nothing behind: the next ones are answered', async () => {
    let isSilent = true;
    const { instance } = await startService((request, response) => {
      if (!isSilent) work(request, response);
    });
    const connections = createConnections();
    const { signal, stop } = stoppable();
    const waiting = Array.from({ length: 1024 }, () =>
      connections.exchange(instance, get, { signal, timeoutMs: 5000 }),
    );
    await turn();
    stop();
    await Promise.allSettled(waiting);
    isSilent = false;
    const answers = await Promise.all(
      Array.from({ length: 500 }, () => connections.exchange(instance, get, { ...limits(), timeoutMs: 15_000 })),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  });
});

function stoppable() {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    stop: () => {
      controller.abort(new Error('stopped'));
    },
  };
}

describe('an instance that is gone', () => {
  test('takes its connections with it when it refuses one', async () => {
    const connections = createConnections();
    const instance = await findUnusedInstance();
    await expect(connections.exchange(instance, get, limits())).rejects.toMatchObject({
      fault: 'unreachable',
      sent: false,
    });
    expect(connections.size).toBe(0);
  });

  test('is forgotten once others are called', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const connections = createConnections();
    for (let task = 0; task < 20; task++) {
      const { instance, stop } = await startService(work);
      await connections.exchange(instance, get, limits());
      await stop();
      vi.advanceTimersByTime(61_000);
    }
    expect(connections.size).toBe(1);
  });
});

describe('the end of the process', () => {
  test('closes every connection, idle or not', async () => {
    const arrived = Promise.withResolvers<undefined>();
    const { instance, sockets } = await startService((request, response) => {
      if (request.url === '/') work(request, response);
      else arrived.resolve(undefined);
    });
    const connections = new Connections();
    const underWay = connections.exchange(instance, { ...get, path: '/silent' }, { ...limits(), timeoutMs: 15_000 });
    const failed = expect(underWay).rejects.toMatchObject({ name: 'ExchangeError' });
    await connections.exchange(instance, get, limits());
    await arrived.promise;
    expect(sockets.size).toBe(2);
    const closed = [...sockets].map(whenClosed);
    const started = performance.now();
    await connections[Symbol.asyncDispose]();
    await Promise.all([failed, ...closed]);
    expect(performance.now() - started).toBeLessThan(3000);
    await expect(connections.exchange(instance, get, limits())).rejects.toMatchObject({ fault: 'closed' });
    expect(sockets.size).toBe(0);
  });
});
