import { StaticDiscovery } from '@fairlead/discovery';
import { createTracer } from '@fairlead/tracing';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Connections, createClient } from './src/index.ts';
import { api } from './test/api.ts';

/** Requests per second of this process's CPU, with 50 under way: those of the client as a multiple of those of global fetch. */
const CONCURRENCY = 50;
const ROUNDS = 5;
const REQUESTS = 10_000;

const body = JSON.stringify({ id: 'a', name: 'lamp' });

function serve(): void {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json', 'X-Fairlead-Service': api.service }).end(body);
  });
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
}

async function measure(request: () => Promise<unknown>): Promise<number> {
  let left = REQUESTS;
  const before = process.cpuUsage();
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      while (left-- > 0) await request();
    }),
  );
  const { user, system } = process.cpuUsage(before);
  return REQUESTS / ((user + system) / 1e6);
}

async function compare(): Promise<void> {
  const server = fork(import.meta.filename, ['serve']);
  const [port] = (await once(server, 'message')) as [number];
  await using connections = new Connections();
  await using discovery = new StaticDiscovery({ things: [{ id: '1', host: '127.0.0.1', port }] });
  await using tracer = await createTracer(
    { tracing: 'off', traceSamplePercent: 0, traceForcedPerSecond: 0, traceDaemonAddress: '', traceEndpoint: '' },
    { service: 'bench', onError: () => undefined },
  );
  const client = createClient(api, { caller: 'bench', discovery, connections, tracer });
  const withClient = () => client.getThing({ params: { id: 'a' } });
  const withFetch = async () => (await fetch(`http://127.0.0.1:${port}/things/a`)).json();
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const [ours, fetched] = [await measure(withClient), await measure(withFetch)];
    ratios.push(ours / fetched);
    process.stdout.write(
      `client ${ours.toFixed(0)}/s, fetch ${fetched.toFixed(0)}/s: ${(ours / fetched).toFixed(2)}\n`,
    );
  }
  process.stdout.write(
    `median ${ratios.sort((one, other) => one - other)[Math.floor(ROUNDS / 2)]?.toFixed(2) ?? ''}\n`,
  );
  server.kill();
}

if (process.argv[2] === 'serve') serve();
else await compare();
