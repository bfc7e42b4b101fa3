import { Problem } from '@fairlead/problem';
import type { SpanOptions, Tracer } from '@fairlead/tracing';
import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import pg from 'pg';
import { beforeEach, expect, inject, onTestFinished, test } from 'vitest';
import { checkStatements, createTestDatabase, type TestDatabase } from '../test/index.ts';
import { Database, type DatabaseOptions } from './database.ts';
import { violatesUnique } from './errors.ts';
import type { DatabaseConfig } from './settings.ts';
import { statement } from './statement.ts';

const insert = statement({
  name: 'insert',
  text: 'INSERT INTO things (id, name) VALUES ($1, $2) RETURNING id',
  parameters: ['int4', 'text nullable'],
  columns: { id: 'int4' },
});
const list = statement({
  name: 'list',
  text: 'SELECT id, name FROM things ORDER BY id',
  parameters: [],
  columns: { id: 'int4', name: 'text nullable' },
});
const sleep = statement({
  name: 'sleep',
  text: 'SELECT pg_sleep($1::integer)::text AS slept',
  parameters: ['int4'],
  columns: { slept: 'text' },
});
const backend = statement({
  name: 'backend',
  text: 'SELECT pg_backend_pid() AS pid',
  parameters: [],
  columns: { pid: 'int4' },
});

let testDatabase: TestDatabase;
let config: DatabaseConfig;

beforeEach(async () => {
  testDatabase = await createTestDatabase(inject('postgres'));
  config = testDatabase.config;
  await asSuperuser((client) =>
    client.query('CREATE TABLE things (id integer CONSTRAINT things_key PRIMARY KEY, name text)'),
  );
  return () => testDatabase[Symbol.asyncDispose]();
});

async function asSuperuser<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ ...inject('postgres'), database: config.databaseName });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function open(changes: Partial<DatabaseConfig> = {}, options: Partial<DatabaseOptions> = {}) {
  const errors: Error[] = [];
  const onConnectionError = (error: Error) => void errors.push(error);
  const { credentials } = testDatabase;
  const database = new Database({ ...config, ...changes }, { credentials, onConnectionError, ...options });
  onTestFinished(() => database[Symbol.asyncDispose]());
  return { database, errors };
}

/** Stands between a client and Postgres, and can stop answering or cut every connection. */
async function startProxy() {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(config.databasePort, config.databaseHost);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => void sockets.delete(socket));
    }
    client.pipe(upstream).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const stop = async () => {
    cut();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(stop);
  return {
    port,
    cut,
    stop,
    pause: () => {
      for (const socket of sockets) socket.pause();
    },
    resume: async () => {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
  };
}

const unavailable = { code: 'database/unavailable', status: 503, headers: { 'Retry-After': '1' } };

async function problemOf(work: Promise<unknown>): Promise<Problem> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Problem);
  return error as Problem;
}

test('statements declare the types that Postgres says they have', async () => {
  expect(await checkStatements(testDatabase, [insert, list, sleep, backend])).toEqual([]);
});

test('a statement that declares other types is found out', async () => {
  const wrong = statement({ ...list, name: 'wrong', columns: { id: 'text', name: 'text' } });
  expect(await checkStatements(testDatabase, [wrong])).toEqual(['wrong: columns are integer, text, not text, text']);
});

test('a statement is prepared once for each connection', async () => {
  const { database } = open({ databaseConnections: 1 });
  for (let run = 0; run < 3; run++) await database.query(list, []);
  const prepared = statement({
    name: 'prepared',
    text: 'SELECT name FROM pg_prepared_statements ORDER BY name',
    parameters: [],
    columns: { name: 'text' },
  });
  expect(await database.query(prepared, [])).toEqual([{ name: 'list' }, { name: 'prepared' }]);
});

test('arrays and bytes go in and come out as they are', async () => {
  const echo = statement({
    name: 'echo',
    text: 'SELECT $1::uuid[] AS ids, $2::text[] AS names, $3::int4[] AS counts, $4::int8[] AS sums, $5::bytea AS bytes',
    parameters: ['uuid[]', 'text[]', 'int4[]', 'int8[]', 'bytea'],
    columns: { ids: 'uuid[]', names: 'text[]', counts: 'int4[]', sums: 'int8[]', bytes: 'bytea' },
  });
  const row = {
    ids: ['6f1c9a52-7a8e-4c5b-9d8e-0a4f3b2c1d00'],
    names: ['a "quoted", {braced} \\ name', ''],
    counts: [1, -2],
    sums: ['9007199254740993'],
    bytes: Buffer.from([0, 255]),
  };
  const { database } = open();
  expect(await checkStatements(testDatabase, [echo])).toEqual([]);
  expect(await database.query(echo, [row.ids, row.names, row.counts, row.sums, row.bytes])).toEqual([row]);
});

test('every statement is a span of the trace, named without its values', async () => {
  const spans: SpanOptions[] = [];
  const tracer: Tracer = {
    startRequest: () => expect.fail('no request is begun here'),
    span: (options, work) => {
      spans.push(options);
      return work();
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const { database } = open({}, { tracer });
  await database.query(insert, [1, 'one']);
  await database.transaction((transaction) => transaction.query(list, []));
  expect(spans).toEqual(
    ['insert', 'list'].map((name) => ({
      name: `${config.databaseName}@${config.databaseHost}`,
      kind: 'client',
      attributes: { 'db.system': 'postgresql', 'db.statement.name': name },
    })),
  );
});

test('a transaction is committed whole', async () => {
  const { database } = open();
  await database.transaction(async (transaction) => {
    await transaction.query(insert, [1, 'one']);
    await transaction.query(insert, [2, null]);
  });
  expect(await database.query(list, [])).toEqual([
    { id: 1, name: 'one' },
    { id: 2, name: null },
  ]);
});

test('a transaction that throws leaves nothing, and its connection is used again', async () => {
  const { database } = open({ databaseConnections: 1 });
  const [before] = await database.query(backend, []);
  const failure = database.transaction(async (transaction) => {
    await transaction.query(insert, [1, 'one']);
    throw new TypeError('the caller changed its mind');
  });
  await expect(failure).rejects.toThrow(TypeError);
  expect(await database.query(list, [])).toEqual([]);
  expect(before).toBeDefined();
});

test('a violated constraint is told as such, and costs no connection', async () => {
  const { database } = open({ databaseConnections: 1 });
  await database.query(insert, [1, 'one']);
  const [before] = await database.query(backend, []);
  const error: unknown = await database.query(insert, [1, 'two']).catch((reason: unknown) => reason);
  expect(violatesUnique(error, 'things_key')).toBe(true);
  expect(violatesUnique(error, 'another_key')).toBe(false);
  expect(await database.query(backend, [])).toEqual([before]);
});

test('a server that is not there is a 503 at once', async () => {
  const proxy = await startProxy();
  await proxy.stop();
  const { database } = open({ databaseHost: '127.0.0.1', databasePort: proxy.port });
  const started = performance.now();
  expect(await problemOf(database.query(list, []))).toMatchObject(unavailable);
  await expect(database.check()).rejects.toThrow('the database cannot be used at the moment');
  expect(performance.now() - started).toBeLessThan(500);
});

test('a server that accepts connections and never answers is a 503 within a second', async () => {
  const server = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { database } = open({ databaseHost: '127.0.0.1', databasePort: (server.address() as AddressInfo).port });
  onTestFinished(() => void server.close());
  const started = performance.now();
  expect(await problemOf(database.query(list, []))).toMatchObject(unavailable);
  expect(performance.now() - started).toBeLessThan(1000);
});

test('a server that stops answering in the middle is a 503 within a second, and the connection is given up', async () => {
  const proxy = await startProxy();
  const { database } = open({ databaseHost: '127.0.0.1', databasePort: proxy.port, databaseConnections: 1 });
  await database.query(list, []);
  proxy.pause();
  const started = performance.now();
  expect(await problemOf(database.query(list, []))).toMatchObject(unavailable);
  expect(performance.now() - started).toBeLessThan(1000);
  expect(await database.query(list, [])).toEqual([]);
});

test('a statement that takes too long is cancelled by the server, and the connection is used again', async () => {
  const { database } = open({ databaseConnections: 1 });
  const [before] = await database.query(backend, []);
  const started = performance.now();
  expect(await problemOf(database.query(sleep, [5]))).toMatchObject(unavailable);
  expect(performance.now() - started).toBeLessThan(1000);
  expect(await database.query(backend, [])).toEqual([before]);
});

test('a lost connection, idle or in use, is noticed, and the requests after it are served', async () => {
  const proxy = await startProxy();
  const { database, errors } = open({ databaseHost: '127.0.0.1', databasePort: proxy.port, databaseConnections: 2 });
  await Promise.all([database.query(list, []), database.query(backend, [])]);
  const inUse = problemOf(database.query(sleep, [1]));
  await expect
    .poll(() =>
      asSuperuser(
        async (client) =>
          (await client.query("SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(%' AND state = 'active'"))
            .rowCount,
      ),
    )
    .toBe(1);
  proxy.cut();
  expect(await inUse).toMatchObject(unavailable);
  await expect.poll(() => database.query(list, []).catch(() => 'not yet')).toEqual([]);
  expect(errors.length).toBeGreaterThan(0);
});

test('a server that comes back is used again by itself', async () => {
  const proxy = await startProxy();
  const { database } = open({ databaseHost: '127.0.0.1', databasePort: proxy.port });
  await database.query(list, []);
  await proxy.stop();
  for (let attempt = 0; attempt < 5; attempt++) await problemOf(database.query(list, []));
  await proxy.resume();
  expect(await database.query(list, [])).toEqual([]);
});

test('a transaction whose connection is lost is a 503 and leaves nothing', async () => {
  const proxy = await startProxy();
  const { database } = open({ databaseHost: '127.0.0.1', databasePort: proxy.port });
  const failure = database.transaction(async (transaction) => {
    await transaction.query(insert, [1, 'one']);
    proxy.cut();
    await transaction.query(insert, [2, 'two']);
  });
  expect(await problemOf(failure)).toMatchObject(unavailable);
  expect(await database.query(list, []).catch(() => database.query(list, []))).toEqual([]);
});

test('more requests than connections wait their turn, and those that wait too long are a 503', async () => {
  const { database } = open({ databaseConnections: 1 });
  const busy = problemOf(database.query(sleep, [5]));
  expect(await problemOf(database.query(list, []))).toMatchObject(unavailable);
  await busy;
});
