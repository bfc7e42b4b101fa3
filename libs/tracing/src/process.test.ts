import { describe, expect, test } from 'vitest';
import { startDaemon, type Segment } from '../test/receive-spans.ts';
import { runScript } from '../test/run-script.ts';

const CONFIG = `{
  traceSamplePercent: 100, traceForcedPerSecond: 10, traceDaemonAddress: '127.0.0.1:9', traceEndpoint: 'http://127.0.0.1:9/v1/traces',
}`;

const SERVED = `{ method: 'GET', status: 200, aborted: false }`;

describe('a process loads', () => {
  const loadedBy = async (tracing: string) =>
    runScript(`
      import { createTracer } from '#tracing';
      import { createRequire } from 'node:module';
      const tracer = await createTracer({ ...${CONFIG}, tracing: '${tracing}' }, { service: 'catalog', onError() {} });
      tracer.startRequest({});
      console.log(Object.keys(createRequire(import.meta.url).cache).join('\\n'));
    `);

  test('nothing of any SDK while tracing is off', async () => {
    expect(await loadedBy('off')).not.toMatch(/xray|opentelemetry/);
  });

  test('nothing that hooks into every promise, and nothing of OpenTelemetry, with X-Ray', async () => {
    const loaded = await loadedBy('xray');
    expect(loaded).toContain('aws-xray-sdk-core/dist/lib/segments/segment.js');
    expect(loaded).not.toMatch(/cls-hooked|async-hook-jl|opentelemetry|@aws-sdk|@smithy/);
  });

  test('nothing of X-Ray with OpenTelemetry', async () => {
    const loaded = await loadedBy('otel');
    expect(loaded).toContain('@opentelemetry/sdk-trace');
    expect(loaded).not.toMatch(/xray/);
  });
});

test('a process that ends right after a request has sent its segment', async () => {
  const documents: Segment[] = [];
  const daemon = await startDaemon((document) => documents.push(document));
  await runScript(`
    import { createTracer } from '#tracing';
    const config = { ...${CONFIG}, tracing: 'xray', traceDaemonAddress: '${daemon}' };
    await using tracer = await createTracer(config, { service: 'catalog', onError() {} });
    tracer.startRequest({}).end(${SERVED});
  `);
  await expect.poll(() => documents.length).toBe(1);
});

test('200,000 traced requests leave no memory behind', { timeout: 60_000 }, async () => {
  const printed = await runScript(
    `
      import { createTracer } from '#tracing';
      import { runInRequest } from '@fairlead/request-context';
      import { setImmediate as nextTurn } from 'node:timers/promises';
      const tracer = await createTracer({ ...${CONFIG}, tracing: 'xray' }, { service: 'catalog', onError() {} });
      async function serve(count: number) {
        for (let index = 0; index < count; index += 1) {
          const span = tracer.startRequest({});
          const context = { trace: span.context } as never;
          await runInRequest(context, () => tracer.span({ name: 'users', kind: 'client' }, () => Promise.resolve()));
          span.end(${SERVED});
          if (index % 100 === 0) await nextTurn();
        }
        await nextTurn();
        gc();
        return process.memoryUsage().heapUsed;
      }
      const before = await serve(20_000);
      const after = await serve(200_000);
      // As text: where colours are forced, a number would be painted.
      console.log(String(after - before));
    `,
    ['--expose-gc'],
  );
  // Ten bytes a request would be two million.
  expect(Number(printed)).toBeLessThan(2_000_000);
});
