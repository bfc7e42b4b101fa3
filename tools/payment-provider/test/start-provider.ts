import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished } from 'vitest';
import type { ProviderEvent } from '../src/charge.ts';
import { runProvider, type Pace } from '../src/run-provider.ts';

export const API_KEY = 'test-api-key-0123456789';
export const WEBHOOK_KEY = 'test-webhook-key-0123456789';

/** Waits that are long enough to be seen, and short enough to be waited for. */
const PACE: Pace = { disturbanceMs: { late: 50, cut: 0, withheld: 200 }, firstDelayMs: 5 };

export interface Delivery {
  event: ProviderEvent;
  body: string;
  headers: IncomingHttpHeaders;
}

/** Whoever the provider tells of events. */
export interface Receiver {
  url: string;
  deliveries: Delivery[];
  /** What it answers from now on. */
  status: number;
  /** Resolves when so many deliveries have come. */
  received: (count: number) => Promise<Delivery[]>;
}

export async function startReceiver(): Promise<Receiver> {
  const deliveries: Delivery[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      deliveries.push({ body, headers: request.headers, event: JSON.parse(body) as ProviderEvent });
      response.writeHead(receiver.status).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`,
    deliveries,
    status: 204,
    async received(count) {
      await expect.poll(() => deliveries.length, { timeout: 5000, interval: 5 }).toBeGreaterThanOrEqual(count);
      return deliveries;
    },
  };
  return receiver;
}

export interface Reply {
  status: number;
  body: Record<string, unknown>;
}

export interface TestProvider {
  log: string[];
  call: (method: string, path: string, body?: unknown, key?: string) => Promise<Reply>;
  stop: () => Promise<void>;
}

export async function createStateFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'payment-provider-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'journal.jsonl');
}

export interface StartOptions {
  receiver?: Receiver;
  state?: string;
}

export async function startProvider({ receiver, state }: StartOptions = {}): Promise<TestProvider> {
  const log: string[] = [];
  const provider = await runProvider(
    {
      port: 0,
      state: state ?? (await createStateFile()),
      apiKey: API_KEY,
      webhookKey: WEBHOOK_KEY,
      webhookUrl: (receiver ?? (await startReceiver())).url,
    },
    (level, message, fields) => log.push(JSON.stringify({ level, message, ...fields })),
    PACE,
  );
  onTestFinished(() => provider[Symbol.asyncDispose]());
  return {
    log,
    stop: async () => {
      await provider[Symbol.asyncDispose]();
    },
    async call(method, path, body, key = API_KEY) {
      const response = await fetch(`http://127.0.0.1:${provider.port}/v1${path}`, {
        method,
        headers: { Authorization: `Bearer ${key}` },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
  };
}
