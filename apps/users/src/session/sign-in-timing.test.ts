import { expect, test } from 'vitest';
import { listen } from '../../test/listen.ts';
import { addAccount, PASSWORD, startUsers } from '../../test/start-users.ts';

/** Enough for the hash to be most of the time, as it is at its real cost, and little enough for thousands of them. */
const COST = { passwordMemoryKiB: 2048, passwordPasses: 1 };

async function time(url: string, body: object): Promise<number> {
  const started = performance.now();
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  await response.arrayBuffer();
  return performance.now() - started;
}

/**
 * How probable it is that a time of the first kind is shorter than one of the second: 0.5 where nothing tells them apart,
 * 1 or 0 where everything does (Mann and Whitney). It counts ranks, so that a few very slow answers weigh nothing.
 */
function compare(first: number[], second: number[]): number {
  const sorted = second.toSorted((one, other) => one - other);
  const longer = first.map((value) => {
    const index = sorted.findIndex((other) => other > value);
    return index === -1 ? 0 : sorted.length - index;
  });
  return longer.reduce((sum, count) => sum + count, 0) / (first.length * second.length);
}

/** Both kinds by turns, so that whatever else the machine does falls upon both; which is first changes too. */
async function measure(count: number, kinds: readonly [() => Promise<number>, () => Promise<number>]) {
  const times: [number[], number[]] = [[], []];
  for (let pair = 0; pair < count; pair++) {
    const order = pair % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const);
    for (const kind of order) times[kind].push(await kinds[kind]());
  }
  return times;
}

/**
 * More than four standard errors of the comparison of two kinds that do not differ, which are 0.013 for 1,000 of each,
 * whatever the machine does beside. Without the hash for nobody the comparison gives 0.3 and less.
 */
const TOLERANCE = 0.06;

test('the time of an answer does not tell an unknown address from a wrong password', async () => {
  const users = await startUsers({ ...COST, signInsPerAccount: 1_000_000, signInsPerClient: 1_000_000 });
  await addAccount(users, { email: 'ada@shop.example' });
  const url = `http://127.0.0.1:${await listen(users)}/users/sessions`;
  const known = () => time(url, { email: 'ada@shop.example', password: 'another one' });
  const unknown = () => time(url, { email: 'bob@shop.example', password: 'another one' });
  await measure(50, [known, unknown]);
  const [ofKnown, ofUnknown] = await measure(1000, [known, unknown]);
  const difference = compare(ofKnown, ofUnknown);
  expect(Math.abs(difference - 0.5), `compared: ${difference}`).toBeLessThan(TOLERANCE);
}, 120_000);

test('the time of an answer does not tell a taken address from a free one', async () => {
  const users = await startUsers({ ...COST, signUpsPerClient: 1_000_000 });
  await addAccount(users, { email: 'ada@shop.example' });
  const url = `http://127.0.0.1:${await listen(users)}/users`;
  let count = 0;
  const taken = () => time(url, { email: 'ada@shop.example', password: PASSWORD });
  const free = () => time(url, { email: `b${count++}@shop.example`, password: PASSWORD });
  await measure(50, [taken, free]);
  const [ofTaken, ofFree] = await measure(250, [taken, free]);
  const difference = compare(ofTaken, ofFree);
  expect(Math.abs(difference - 0.5), `compared: ${difference}`).toBeLessThan(2 * TOLERANCE);
}, 120_000);
