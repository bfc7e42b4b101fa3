import { runInRequest, type RequestContext } from '@fairlead/request-context';
import { expect, test } from 'vitest';
import { createHashingQueue } from './hashing-queue.ts';

/** Work that ends when the test says so. */
function createWork() {
  const { promise, resolve } = Promise.withResolvers<string>();
  const state = {
    isRunning: false,
    run: () => ((state.isRunning = true), promise),
    finish: () => {
      resolve('done');
    },
  };
  return state;
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('so many run at once, and the others in the order they came', async () => {
  const inTurn = createHashingQueue({ atOnce: 2, waiting: 10 });
  const works = Array.from({ length: 5 }, createWork);
  const results = works.map((work) => inTurn(work.run));
  for (let finished = 0; finished < works.length; finished++) {
    await settle();
    expect(works.map(({ isRunning }) => isRunning)).toEqual(works.map((_work, index) => index < finished + 2));
    works[finished]!.finish();
  }
  expect(await Promise.all(results)).toEqual(works.map(() => 'done'));
});

test('one more than may wait is refused, and the next is taken when there is room', async () => {
  const inTurn = createHashingQueue({ atOnce: 1, waiting: 1 });
  const [first, second] = [createWork(), createWork()];
  const results = [inTurn(first.run), inTurn(second.run)];
  await expect(inTurn(() => Promise.resolve())).rejects.toMatchObject({ code: 'users/too-busy', status: 503 });
  first.finish();
  await results[0];
  second.finish();
  await expect(inTurn(() => Promise.resolve('third'))).resolves.toBe('third');
});

test('work that fails lets the next one go on', async () => {
  const inTurn = createHashingQueue({ atOnce: 1, waiting: 1 });
  const failing = inTurn(() => Promise.reject(new Error('no memory')));
  const next = inTurn(() => Promise.resolve('done'));
  await expect(failing).rejects.toThrow('no memory');
  expect(await next).toBe('done');
});

test('nothing is hashed for a caller who has gone while waiting', async () => {
  const inTurn = createHashingQueue({ atOnce: 1, waiting: 2 });
  const first = createWork();
  const running = inTurn(first.run);
  const caller = new AbortController();
  const context: RequestContext = {
    requestId: 'a request',
    deadline: 0,
    signal: caller.signal,
    clientAddress: '',
    trace: { traceId: '1'.repeat(32), spanId: '1'.repeat(16), sampled: false },
  };
  const late = createWork();
  const waiting = runInRequest(context, () => inTurn(late.run));
  caller.abort();
  first.finish();
  await running;
  await expect(waiting).rejects.toMatchObject({ code: 'request/deadline-passed' });
  expect(late.isRunning).toBe(false);
  expect(await inTurn(() => Promise.resolve('next'))).toBe('next');
});
