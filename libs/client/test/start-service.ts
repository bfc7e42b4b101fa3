import { StaticDiscovery, type Discovery, type DiscoveryEvent, type Instance } from '@fairlead/discovery';
import { PROBLEM_CONTENT_TYPE } from '@fairlead/problem';
import { createTracer } from '@fairlead/tracing';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { Connections, createClient, type ClientEvent, type ClientOptions } from '../src/index.ts';
import { api } from './api.ts';

export interface SeenRequest {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface TestService {
  instance: Instance;
  /** In the order of their arrival. */
  requests: SeenRequest[];
  sockets: ReadonlySet<Socket>;
  /** How many connections were ever made to it. */
  connectionsMade: () => number;
  stop: () => Promise<void>;
}

let nextId = 0;

/** Starts a service that answers in the name `callee`, as the real ones do; without a name, it is something else. */
export async function startService(listener: RequestListener, callee: string = api.service): Promise<TestService> {
  const requests: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((request, response) => {
    if (callee !== '') response.setHeader('X-Fairlead-Service', callee);
    const { method = '', url = '', headers } = request;
    const seen = { method, url, headers, body: '' };
    requests.push(seen);
    void text(request).then(
      (body) => {
        seen.body = body;
        listener(request, response);
      },
      () => undefined,
    );
  });
  server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async () => {
    const closed = server.listening ? once(server, 'close') : undefined;
    server.close();
    server.closeAllConnections();
    await closed;
  };
  onTestFinished(stop);
  const instance = { id: `task-${nextId++}`, host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  return { instance, requests, sockets, connectionsMade: () => connections, stop };
}

/** An address where nothing listens. */
export async function findUnusedInstance(): Promise<Instance> {
  const { instance, stop } = await startService(() => undefined);
  await stop();
  return instance;
}

/** Resolves when it is closed, also by an error. */
export const whenClosed = (one: Socket | ServerResponse): Promise<unknown> =>
  new Promise((resolve) => one.once('close', resolve));

export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}

export function answerProblem(
  response: ServerResponse,
  status: number,
  { code, detail = 'no', headers = {} }: { code: string; detail?: string; headers?: Record<string, string> },
): void {
  const body = JSON.stringify({ type: 'about:blank', title: 'x', status, code, detail });
  response.writeHead(status, { 'Content-Type': PROBLEM_CONTENT_TYPE, ...headers }).end(body);
}

export const thing = { id: 'a', name: 'lamp' };

/** Makes a client of instances that do not change, and disposes of all of it with the test. */
export async function createTestClient(
  instances: readonly Instance[],
  options: Partial<Pick<ClientOptions, 'tracer' | 'sign' | 'random' | 'discovery'>> = {},
) {
  const events: ClientEvent[] = [];
  const discoveryEvents: DiscoveryEvent[] = [];
  const connections = new Connections();
  onTestFinished(() => connections[Symbol.asyncDispose]());
  const discovery: Discovery =
    options.discovery ??
    new StaticDiscovery({ [api.service]: instances }, { onEvent: (event) => discoveryEvents.push(event) });
  const client = createClient(api, {
    caller: 'payments',
    connections,
    tracer: await createTracer(
      { tracing: 'off', traceSamplePercent: 0, traceForcedPerSecond: 0, traceDaemonAddress: '', traceEndpoint: '' },
      { service: 'payments', onError: () => undefined },
    ),
    sign: () => Promise.resolve('token-1'),
    random: () => 0,
    onEvent: (event) => events.push(event),
    ...options,
    discovery,
  });
  return { client, connections, discovery, events, discoveryEvents };
}
