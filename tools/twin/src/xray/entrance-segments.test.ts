import { expect, test } from 'vitest';
import { send } from '../../test/http.ts';
import { defineSegment } from '../../test/segments.ts';
import { startServedEntrance } from '../../test/start-entrance.ts';
import { recordEntrance } from './entrance-segments.ts';
import { TraceStore } from './trace-store.ts';

const ROOT = '1-67891233-abcdef012345678912345678';

/** An entrance before a service that traces every request, or none. */
async function start({ traced }: { traced: boolean }) {
  const store = new TraceStore();
  const { port, loadBalancer } = await startServedEntrance((req, res) => {
    const traceId = /Root=([^;]+)/.exec(String(req.headers['x-amzn-trace-id']))?.[1] ?? '';
    if (traced) store.record(JSON.stringify(defineSegment({ trace_id: traceId, name: 'payments' })));
    res.writeHead(req.url === '/broken' ? 500 : 201).end();
  });
  loadBalancer.onAnswered((answered) => {
    recordEntrance(store, answered);
  });
  const entrances = () =>
    store
      .list()
      .flatMap(({ segments }) => [...segments.values()])
      .map(({ segment }) => segment)
      .filter(({ name }) => name === 'entrance');
  return { port, store, entrances };
}

test('a traced request has a segment of the entrance, with its own root or a new one', async () => {
  const { port, store, entrances } = await start({ traced: true });
  await send(port, {
    method: 'POST',
    path: '/payments?secret=1',
    headers: { 'x-amzn-trace-id': `Root=${ROOT};Sampled=1` },
  });
  await send(port, { path: '/broken' });
  await expect.poll(() => entrances().length).toBe(2);
  const [broken, posted] = entrances();
  expect(posted).toMatchObject({
    trace_id: ROOT,
    http: { request: { method: 'POST', url: '/payments' }, response: { status: 201 } },
  });
  expect(broken).toMatchObject({ http: { response: { status: 500 } }, fault: true });
  for (const { start_time: from, end_time: to = 0 } of entrances()) {
    expect(to).toBeGreaterThan(from);
    expect(Math.abs(to - Date.now() / 1000)).toBeLessThan(5);
  }
  expect(store.list()).toHaveLength(2);
});

test.for([
  ['/payments/019ac000-0000-7000-8000-000000000001/refunds', '/payments/*/refunds'],
  ['/products/4242424242424242', '/products/*'],
  ['/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln', '/*'],
  ['/users/ada%40shop.example/', '/users/*/'],
  ['/users/jwks.json', '/users/*'],
  [`/${'a'.repeat(40)}`, '/*'],
  ['/', '/'],
] as const)('of the path %s the segment says %s', async ([path, shown]) => {
  const { port, entrances } = await start({ traced: true });
  await send(port, { path });
  await expect.poll(() => entrances()).toMatchObject([{ http: { request: { url: shown } } }]);
});

test('a request that no service traces leaves nothing', async () => {
  const { port, store } = await start({ traced: false });
  await send(port, { path: '/payments' });
  expect(store.list()).toEqual([]);
});

test('a root that is none is left to the service', async () => {
  const { port, store } = await start({ traced: false });
  expect(await send(port, { headers: { 'x-amzn-trace-id': 'Root=mine' } })).toMatchObject({ status: 201 });
  expect(store.list()).toEqual([]);
});
