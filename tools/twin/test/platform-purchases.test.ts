import fc from 'fast-check';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Exchange } from '../src/demo/shop.ts';
import { PersistentShop } from './buyers.ts';
import { query, readTaken, untilSettled } from './platform-data.ts';
import { createStateFolder, removeFolder, startTwin, untilNoProcess, type RunningTwin } from './platform.ts';

const BUYERS = 32;
/** Ten thousand by hand (FAIRLEAD_PURCHASES=10000, several minutes); fewer where every run waits for them. */
const PURCHASES = Number(process.env.FAIRLEAD_PURCHASES ?? 1000);
const PRODUCTS = 4;
/** Of all products together: three of four buyers get what they want. */
const INITIAL_STOCK = Math.round((PURCHASES * 3) / 4 / PRODUCTS);
const KILL_EVERY_MS = 4000;
/** Which task is killed each time follows from it. */
const SEED = Number(process.env.FAIRLEAD_SEED ?? Date.now() % 1_000_000);

let twin: RunningTwin;
let shop: PersistentShop;

beforeAll(async () => {
  twin = await startTwin(await createStateFolder(), ['--no-watch']);
  shop = new PersistentShop(twin.status().entrance);
}, 60_000);

afterAll(async () => {
  await twin.stop('SIGTERM');
  await untilNoProcess(twin.state);
  await removeFolder(twin.state);
}, 60_000);

/** Puts products with little stock on sale. */
async function stockProducts(): Promise<string[]> {
  const token = await shop.signInAsAdmin(twin.status().aws);
  const create = async (index: number) => {
    const body = {
      sku: `SCARCE-${index}`,
      name: `Scarce ${index}`,
      description: 'There is less of it than people want.',
      category: 'scarce',
      price: { amount: 1000 + index, currency: 'EUR' },
      pictureUrl: null,
      stock: INITIAL_STOCK,
    };
    const created = await shop.until(201, () => shop.send('POST', '/products', { token, body }));
    return (created.body as { id: string }).id;
  };
  return Promise.all(Array.from({ length: PRODUCTS }, (_value, index) => create(index)));
}

/** Kills a random task again and again, of each service in its turn, where another one is left to go on. */
async function killTasks(signal: AbortSignal): Promise<number> {
  const choices = fc.sample(fc.nat(), { numRuns: 1000, seed: SEED });
  let kills = 0;
  let turn = 0;
  for (;;) {
    await delay(KILL_EVERY_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return kills;
    const { services } = twin.status();
    const service = services[(kills + turn) % services.length]!;
    const running = service.tasks.filter(({ status }) => status === 'RUNNING');
    const task = running[choices[kills % choices.length]! % running.length];
    if (running.length < service.desired) turn += 1;
    else if (task && kill(task.pid)) kills += 1;
  }
}

/** Whether it was there to be killed: `twin.json` is a moment behind. */
function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

/** The code of a problem, or the status of what is none. */
const outcomeOf = ({ status, body }: Exchange): string =>
  (body as { code?: string } | undefined)?.code ?? String(status);

test(`${PURCHASES} purchases by ${BUYERS} buyers leave no product oversold and no cent unaccounted for, while tasks are killed (seed ${SEED})`, async () => {
  const products = await stockProducts();
  const tokens = await Promise.all(Array.from({ length: BUYERS }, () => shop.signUp()));
  const stop = new AbortController();
  const killing = killTasks(stop.signal);
  const outcomes: Record<string, number> = {};
  let sent = 0;
  await Promise.all(
    tokens.map(async (token) => {
      while (sent < PURCHASES) {
        sent += 1;
        const outcome = outcomeOf(await shop.buy({ token, productId: products[sent % PRODUCTS]! }));
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      }
    }),
  );
  stop.abort();
  const kills = await killing;
  await untilSettled(twin);

  expect(kills).toBeGreaterThanOrEqual(3);
  const {
    201: captured = 0,
    'payments/out-of-stock': refused = 0,
    'payments/abandoned': abandoned = 0,
    ...others
  } = outcomes;
  expect(others).toEqual({});
  expect(captured + refused + abandoned).toBe(PURCHASES);
  // One is given up where its task dies and its buyer does not come back in time; these come back at once.
  expect(abandoned).toBeLessThanOrEqual(PURCHASES / 100);
  expect(captured).toBeGreaterThan(INITIAL_STOCK * PRODUCTS * 0.95);

  const stock = await query<{ left: number; sold: number }>(
    twin,
    'catalog',
    `SELECT stock AS left, (
         SELECT coalesce(sum(quantity), 0)::integer FROM reservation_items JOIN reservations ON reservations.id = reservation_id
         WHERE product_id = products.id AND status = 'sold'
       ) AS sold
       FROM products WHERE sku LIKE 'SCARCE-%'`,
  );
  expect(stock).toHaveLength(PRODUCTS);
  for (const { left, sold } of stock) {
    expect(left).toBeGreaterThanOrEqual(0);
    expect(sold + left).toBe(INITIAL_STOCK);
  }
  expect(stock.reduce((total, { sold }) => total + sold, 0)).toBe(captured);

  const [money] = await query<Record<'payments' | 'taken' | 'booked' | 'sum', number>>(
    twin,
    'payments',
    `SELECT (SELECT count(*)::integer FROM payments WHERE status = 'captured') AS payments,
              (SELECT sum(amount)::integer FROM payments WHERE status = 'captured') AS taken,
              (SELECT sum(amount)::integer FROM ledger_entries WHERE account = 'provider_receivable') AS booked,
              (SELECT sum(amount)::integer FROM ledger_entries) AS sum`,
  );
  const { charges, amount } = await readTaken(twin);
  expect(money).toEqual({ payments: captured, taken: amount, booked: amount, sum: 0 });
  expect(charges).toBe(captured);
}, 600_000);
