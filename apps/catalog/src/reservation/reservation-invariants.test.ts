import { Problem } from '@fairlead/problem';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createEvent, openStock, type OpenStock } from '../../test/open-stock.ts';
import type { ReservationStore } from './reservation-store.ts';

const CLIENTS = 32;
const TASKS = 3;
const PRODUCTS = 4;
const STOCK = 12;
const PURCHASES = 10;

/** One thing that a client does, with numbers in place of the ids that each run gives. */
type Step =
  | { do: 'reserve'; purchase: number; items: { product: number; quantity: number }[] }
  | { do: 'commit'; purchase: number }
  | { do: 'lapse'; purchase: number }
  | { do: 'settle'; purchase: number; type: 'payment.captured' | 'payment.failed' | 'payment.refunded' }
  | { do: 'expire' };

const purchase = fc.nat(PURCHASES - 1);

const items = fc.uniqueArray(fc.record({ product: fc.nat(PRODUCTS - 1), quantity: fc.integer({ min: 1, max: 5 }) }), {
  minLength: 1,
  selector: ({ product }) => product,
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('reserve' as const), purchase, items }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('commit' as const), purchase }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lapse' as const), purchase }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      purchase,
      type: fc.constantFrom('payment.captured' as const, 'payment.failed' as const, 'payment.refunded' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('expire' as const) }) },
);

/** What callers may meet; anything else, a deadlock above all, fails the test. */
const EXPECTED_CODES = [
  'catalog/out-of-stock',
  'catalog/reservation-conflict',
  'catalog/reservation-ended',
  'database/unavailable',
];

interface Run {
  stock: OpenStock;
  purchases: readonly string[];
}

async function take(store: ReservationStore, { stock, purchases }: Run, given: Step): Promise<void> {
  const id = 'purchase' in given ? purchases[given.purchase]! : '';
  try {
    if (given.do === 'reserve') await store.reserve(id, toWanted(stock, given.items));
    else if (given.do === 'settle') await store.settle(createEvent(given.type, id));
    else if (given.do === 'commit') await store.commit(id);
    else if (given.do === 'lapse') await stock.run(LAPSE_HELD, [id]);
    else await store.expire();
  } catch (error) {
    if (!(error instanceof Problem && EXPECTED_CODES.includes(error.code))) throw error;
  }
}

const LAPSE_HELD = "UPDATE reservations SET expires_at = now() - interval '1 second' WHERE id = $1 AND status = 'held'";

const toWanted = ({ productIds }: OpenStock, given: { product: number; quantity: number }[]) =>
  given.map(({ product, quantity }) => ({ productId: productIds[product]!, quantity }));

async function checkLevels({ levels }: OpenStock): Promise<void> {
  for (const { left, held, sold } of await levels()) {
    expect(left).toBeGreaterThanOrEqual(0);
    expect(left + held + sold).toBe(STOCK);
  }
}

describe('whatever 32 clients of several tasks do at once', () => {
  test('what is left, held and sold is what there was, at every moment', { timeout: 120_000 }, async () => {
    const stock = await openStock({ tasks: TASKS, products: PRODUCTS, stock: STOCK });
    const plans = fc.array(fc.array(step, { minLength: 4, maxLength: 8 }), { minLength: CLIENTS, maxLength: CLIENTS });
    await fc.assert(
      fc.asyncProperty(plans, async (clients) => {
        await stock.reset();
        const run = { stock, purchases: Array.from({ length: PURCHASES }, () => randomUUID()) };
        let working = CLIENTS;
        const work = clients.map(async (steps, client) => {
          for (const each of steps) await take(stock.tasks[client % TASKS]!, run, each);
        });
        const watch = async () => {
          while (working > 0) await checkLevels(stock);
        };
        for (const each of work) void each.catch(() => undefined).finally(() => (working -= 1));
        // All of it is over before the next run begins, also where some of it fails.
        for (const result of await Promise.allSettled([...work, watch()])) {
          if (result.status === 'rejected') throw result.reason;
        }
        await checkLevels(stock);
      }),
      { numRuns: 12, endOnFailure: true },
    );
  });

  test('the last of a product is sold once', { timeout: 60_000 }, async () => {
    const { tasks, productIds, levels } = await openStock({ tasks: TASKS, stock: 5 });
    const buy = async (client: number): Promise<boolean> => {
      const order = client % 2 === 0 ? productIds : productIds.toReversed();
      const wanted = order.map((productId) => ({ productId, quantity: 1 }));
      try {
        await tasks[client % TASKS]!.reserve(randomUUID(), wanted);
        return true;
      } catch (error) {
        if (error instanceof Problem && error.code === 'catalog/out-of-stock') return false;
        if (error instanceof Problem && error.code === 'database/unavailable') return buy(client);
        throw error;
      }
    };
    const bought = await Promise.all(Array.from({ length: CLIENTS }, (_, client) => buy(client)));
    expect(bought.filter(Boolean)).toHaveLength(5);
    expect((await levels()).map(({ left, held }) => [left, held])).toEqual([
      [0, 5],
      [0, 5],
    ]);
  });

  test('one purchase that is sent again and again is reserved once', { timeout: 60_000 }, async () => {
    const { tasks, productIds, levels } = await openStock({ tasks: TASKS });
    const id = randomUUID();
    const reserve = async (client: number): Promise<boolean> => {
      try {
        return (await tasks[client % TASKS]!.reserve(id, [{ productId: productIds[0]!, quantity: 3 }])).isNew;
      } catch (error) {
        if (error instanceof Problem && error.code === 'database/unavailable') return reserve(client);
        throw error;
      }
    };
    const made = await Promise.all(Array.from({ length: CLIENTS }, (_, client) => reserve(client)));
    expect(made.filter(Boolean)).toHaveLength(1);
    expect((await levels())[0]).toMatchObject({ left: 7, held: 3 });
  });
});
