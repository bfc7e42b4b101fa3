import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WORKSPACE, createStateFolder, removeFolder, startTwin, untilNoProcess, type RunningTwin } from './platform.ts';

let twin: RunningTwin;

beforeAll(async () => {
  twin = await startTwin(await createStateFolder(), ['--no-watch']);
}, 60_000);

afterAll(async () => {
  await twin.stop('SIGTERM');
  await untilNoProcess(twin.state);
  await removeFolder(twin.state);
}, 60_000);

const run = async (script: string, ...args: string[]): Promise<string> => {
  const path = join(WORKSPACE, 'tools/twin/src', script);
  return (await promisify(execFile)(process.execPath, [path, ...args, '--state', twin.state])).stdout;
};

test('three services with two tasks each are ready, and a customer signs up, buys, is declined, retries and is refunded', async () => {
  expect(twin.status().services.map(({ name, tasks }) => [name, tasks.length])).toEqual([
    ['catalog', 2],
    ['payments', 2],
    ['users', 2],
  ]);
  const transcript = await run('demo/main.ts');
  const [story = '', trace = ''] = transcript.split('during the purchase');
  const statuses = Array.from(story.matchAll(/ (\d{3}) {2}/g), ([, status]) => Number(status));
  expect(statuses).toEqual([202, 201, 200, 201, 201, 402, 402, 201, 201, 200]);
  expect(transcript).toContain('the same payment, charged once');
  expect(transcript).toMatch(/captured, refunded/);

  for (const [name, what] of [
    ['entrance', 'POST /payments'],
    ['└ payments', 'POST /payments'],
    ['users', 'GET /accounts/:id'],
    ['catalog', 'PUT /reservations/:id'],
    ['payment-provider', ''],
    ['payments@127.0.0.1', 'insert-payment'],
  ] as const) {
    expect(trace).toMatch(new RegExp(`${name} +${what}`));
  }
}, 60_000);

test('two more tell the same story to the same shop', async () => {
  const transcripts = await Promise.all([run('demo/main.ts'), run('demo/main.ts')]);
  for (const transcript of transcripts) expect(transcript).toMatch(/captured, refunded/);
}, 60_000);
