// What tracing costs a request: `node tools/toolchain/run.js libs/tracing/bench.ts`. Each candidate serves the same HTTP
// server in a process of its own, one after the other and again; the ratio is of the processor time that a request takes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

const SERVER = join(import.meta.dirname, 'test/bench-server.ts');
const ROUNDS = 3;
const REQUESTS = 10_000;
const CONNECTIONS = 32;

const CANDIDATES = [
  'bare',
  'off',
  'xray-0',
  'xray-5',
  'xray-100',
  'otel-5',
  'require-sdk',
  'sdk-middleware-5',
] as const;

const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

async function send(port: number, count: number): Promise<void> {
  let left = count;
  const sendNext = async (): Promise<void> => {
    while (left-- > 0) {
      const [response] = (await once(get({ port, agent, path: '/products/1' }), 'response')) as [Readable];
      await once(response.resume(), 'end');
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, sendNext));
}

/** Microseconds of processor time that the server takes for a request. */
async function measure(candidate: string): Promise<number> {
  const server = spawn(process.execPath, [SERVER, candidate], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  try {
    const [port] = (await once(server, 'message')) as [number];
    await send(port, REQUESTS / 4);
    const before = await readCpu(server);
    await send(port, REQUESTS);
    return ((await readCpu(server)) - before) / REQUESTS;
  } finally {
    server.kill();
  }
}

async function readCpu(server: ReturnType<typeof spawn>): Promise<number> {
  server.send('cpu');
  const [{ user, system }] = (await once(server, 'message')) as [NodeJS.CpuUsage];
  return user + system;
}

const median = (values: number[]): number => values.sort((one, other) => one - other)[values.length >> 1] ?? NaN;

const measured = new Map<string, number[]>(CANDIDATES.map((candidate) => [candidate, []]));
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [candidate, times] of measured) times.push(await measure(candidate));
}
agent.destroy();
const bare = median(measured.get('bare') ?? []);
for (const [candidate, times] of measured) {
  const time = median(times);
  const ratio = (bare / time).toFixed(2);
  process.stdout.write(`${candidate.padEnd(18)}${time.toFixed(1).padStart(7)} µs  ${ratio} × bare\n`);
}
