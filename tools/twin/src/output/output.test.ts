import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createFolder } from '../../test/workspace.ts';
import { announceReady } from './announce.ts';
import { LogFiles } from './log-files.ts';
import { Output } from './output.ts';

const SOURCE = { service: 'catalog', task: '158d1c8083dd49d6b527399fd6414f5c' };

async function createOutput(readable: boolean, colour = false) {
  const folder = await createFolder();
  const written: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      written.push(...chunk.trimEnd().split('\n'));
      done();
    },
  });
  const files = new LogFiles(folder);
  onTestFinished(() => {
    files[Symbol.dispose]();
  });
  const output = new Output({ stream, readable, colour, files });
  const readLog = async (service: string) => (await readFile(join(folder, `${service}.log`), 'utf8')).trimEnd();
  return { output, written, readLog };
}

describe('for a program', () => {
  test('every line is a JSON object that says where it comes from', async () => {
    const { output, written } = await createOutput(false);
    output.line(SOURCE, '{"level":"warn","time":"2026-11-21T10:15:30.123Z","message":"slow","service":"other"}');
    expect(written.map((line) => JSON.parse(line) as unknown)).toEqual([
      { level: 'warn', time: '2026-11-21T10:15:30.123Z', message: 'slow', ...SOURCE },
    ]);
  });

  test.for(['Listening on port 80', '{ not JSON', '["a list"]', '', 'null', '"text"'])(
    'a line that is no JSON object is the message of one: %s',
    async (text) => {
      const { output, written } = await createOutput(false);
      output.line(SOURCE, text);
      expect(JSON.parse(written[0]!)).toEqual({
        level: 'info',
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        message: text,
        ...SOURCE,
      });
    },
  );

  test('nothing waits, and what only a person needs is left out', async () => {
    const { output, written } = await createOutput(false);
    output.text(['a picture']);
    output.event('info', 'rolling', { edited: 'a.ts' });
    expect(written).toHaveLength(1);
    expect(JSON.parse(written[0]!)).toMatchObject({ service: 'twin', message: 'rolling', edited: 'a.ts' });
  });
});

describe('for a person', () => {
  test('lines wait for the announcement, and come after it in order', async () => {
    const { output, written } = await createOutput(true);
    output.line(SOURCE, 'first');
    output.event('info', 'second');
    output.text(['starting …']);
    expect(written).toEqual(['starting …']);
    output.release();
    output.line(SOURCE, 'third');
    expect(written.map((line) => line.split(/ {2,}/).at(-1))).toEqual(['starting …', 'first', 'second', 'third']);
  });

  test('a warning does not wait, nor what led to it', async () => {
    const { output, written } = await createOutput(true);
    output.line(SOURCE, 'Error: no such table');
    output.event('warn', 'a task stopped');
    expect(written.map((line) => line.split(/ {2,}/).at(-1))).toEqual(['Error: no such table', 'warn a task stopped']);
  });

  test('no line of any process is too strange to be shown', async () => {
    const { output } = await createOutput(true, true);
    output.release();
    const line = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .dictionary(fc.constantFrom('level', 'time', 'message', 'error', 'task'), fc.jsonValue())
        .map((fields) => JSON.stringify(fields)),
    );
    fc.assert(
      fc.property(line, fc.constantFrom({ service: 'lambda' }, SOURCE), (text, source) => {
        output.line(source, text);
      }),
    );
  });
});

test('every line is kept in the file of its service, also what is not shown', async () => {
  const { output, written, readLog } = await createOutput(false);
  output.keep({ service: 'postgres' }, 'checkpoint complete');
  output.line(SOURCE, 'shown');
  await expect.poll(() => readLog('postgres')).toContain('"message":"checkpoint complete"');
  await expect.poll(() => readLog('catalog')).toBe(written[0]);
  expect(written).toHaveLength(1);
});

test.for([true, false])('metrics are kept for whoever reads the file, and shown to nobody', async (readable) => {
  const { output, written, readLog } = await createOutput(readable);
  output.release();
  output.line(SOURCE, '{"_aws":{"Timestamp":1,"CloudWatchMetrics":[]},"Requests":3}');
  await expect.poll(() => readLog('catalog')).toContain('"Requests":3');
  expect(written).toEqual([]);
});

describe('the announcement', () => {
  const announcement = {
    stack: 'dev',
    seconds: 1.234,
    postgres: '127.0.0.1:5432',
    external: [{ name: 'payment-provider', url: 'http://127.0.0.1:9000' }],
    declarations: [{ name: 'catalog', route: '/products' }, { name: 'payments' }] as never[],
    status: {
      entrance: 'http://localhost:8080',
      aws: 'http://127.0.0.1:4566',
      services: [
        {
          name: 'catalog',
          desired: 2,
          tasks: [
            { id: 'a', pid: 1, port: 1, status: 'RUNNING' },
            { id: 'b', pid: 2, port: 2, status: 'STOPPING' },
          ],
        },
        { name: 'payments', desired: 0, tasks: [] },
      ],
    },
  };

  test('is a table for a person, and lets the lines go that waited for it', async () => {
    const { output, written } = await createOutput(true);
    output.line(SOURCE, 'waited');
    announceReady(output, announcement);
    expect(written.at(-1)).toContain('waited');
    expect(written.slice(0, -1).join('\n')).toMatchInlineSnapshot(`
      "
        fairlead dev, ready in 1.2 s

        catalog            1/2 tasks   http://localhost:8080/products
        payments           0/0 tasks   internal
        aws                http://127.0.0.1:4566   Secrets Manager, Cloud Map, X-Ray
        postgres           127.0.0.1:5432
        payment-provider   http://127.0.0.1:9000   external

        Ctrl-C stops it; the data stays."
    `);
  });

  test('is one record for a program', async () => {
    const { output, written } = await createOutput(false);
    announceReady(output, announcement);
    expect(written).toHaveLength(1);
    expect(JSON.parse(written[0]!)).toMatchObject({
      message: 'ready',
      stack: 'dev',
      postgres: announcement.postgres,
      external: announcement.external,
      ...announcement.status,
    });
  });
});
