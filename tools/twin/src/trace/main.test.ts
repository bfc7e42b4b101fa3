import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { defineSegment, traceIdOf } from '../../test/segments.ts';
import { startTestEndpoint } from '../aws/test/start-test-endpoint.ts';
import { TraceStore } from '../xray/trace-store.ts';
import { xray } from '../xray/xray.ts';

let state: string;

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'fairlead-trace-'));
  onTestFinished(() => rm(state, { recursive: true }));
});

/** A twin with one trace of this moment, as far as the command can tell. */
async function startTwin() {
  const store = new TraceStore();
  const { endpoint } = await startTestEndpoint({ services: [xray(store)] });
  onTestFinished(() => endpoint.close());
  await writeFile(join(state, 'twin.json'), JSON.stringify({ aws: endpoint.url, services: [] }));
  const now = Math.floor(Date.now() / 1000);
  const traceId = `1-${now.toString(16)}-${'cd'.repeat(12)}`;
  const http = { request: { method: 'GET', url: '/products' }, response: { status: 200 } };
  const record = () => {
    store.record(JSON.stringify(defineSegment({ trace_id: traceId, start_time: now, end_time: now + 0.01, http })));
  };
  return { endpoint, traceId, record };
}

async function run(...args: string[]) {
  const command = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), '--state', state, ...args]);
  const [stdout, stderr, [code]] = await Promise.all([
    text(command.stdout),
    text(command.stderr),
    once(command, 'exit') as Promise<[number]>,
  ]);
  return { stdout, stderr, code };
}

describe('a trace is shown', () => {
  const LINE = /^catalog {2}GET \/products {2}200 {2}0\.0 ms {2}10\.0 ms {2}━+$/m;

  test('by its id in either form', async () => {
    const { traceId, record } = await startTwin();
    record();
    for (const id of [traceId, traceId.slice(2).replace('-', ''), traceId.toUpperCase()]) {
      const { stdout, stderr, code } = await run(id);
      expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
      expect(stdout).toContain(traceId);
      expect(stdout).toMatch(LINE);
    }
  });

  test('by the id of its request, which a service has logged', async () => {
    const { traceId, record } = await startTwin();
    record();
    await mkdir(join(state, 'logs'));
    const lines = [
      { requestId: 'another-request', traceId: 'f'.repeat(32) },
      { requestId: 'request-of-mine', traceId: traceId.slice(2).replace('-', ''), message: 'request' },
    ];
    await writeFile(join(state, 'logs/catalog.log'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    expect((await run('request-of-mine')).stdout).toMatch(LINE);
    expect(await run('request-of-nobody')).toMatchObject({
      code: 1,
      stderr: 'no service has logged a request with the id request-of-nobody\n',
    });
  });
});

test('without an id the latest traces are listed', async () => {
  const { traceId, record } = await startTwin();
  expect((await run()).stdout).toMatch(/^There are no traces yet/);
  record();
  expect((await run()).stdout).toMatch(
    new RegExp(`^[0-9:.]+ {2}${traceId} +10\\.0 ms {2}GET /products 200 {2}\\(catalog\\)$`, 'm'),
  );
});

describe('in one line, without a stack, it says', () => {
  test('that no twin runs, and how to start one', async () => {
    expect(await run()).toEqual({
      code: 1,
      stdout: '',
      stderr: `no twin runs with the folder ${state}: start one with npm start, or name its folder with --state\n`,
    });
    const { endpoint } = await startTwin();
    await endpoint.close();
    expect(await run(traceIdOf(0))).toMatchObject({ code: 1, stderr: expect.stringMatching(/^no twin runs with/) });
  });

  test('why there may be no such trace', async () => {
    await startTwin();
    const { stderr, code } = await run(traceIdOf(0));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^no trace has the id 1-\w+-\w+\. .*TRACE_SAMPLE_PERCENT/);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  test.for(['short', 'with space!', ''])('what an id may be, where "%s" is none', async (id) => {
    const { stderr, code } = await run(id);
    expect(code).toBe(1);
    expect(stderr).toBe(
      'an id must be 1-<8 hexadecimal digits>-<24>, 32 hexadecimal digits, or the X-Request-Id of a request, ' +
        `not "${id}"\n`,
    );
  });

  test('what else it cannot read', async () => {
    expect(await run('--sate', 'x')).toMatchObject({ code: 1, stderr: expect.stringContaining('npm run trace') });
    expect(await run('one-request', 'two-request')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^one id/),
    });
  });
});

test('asked for help it names its options', async () => {
  expect(await run('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('--state <folder>') });
});
