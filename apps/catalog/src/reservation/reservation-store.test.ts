import { checkStatements } from '@fairlead/database/testing';
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createEvent, openStock, outcomeOf, statusOf, type OpenStock } from '../../test/open-stock.ts';
import { startCatalog } from '../../test/start-catalog.ts';
import * as statements from './reservation-statements.ts';

test('every statement declares the types that Postgres says it has', async () => {
  const { database } = await startCatalog();
  expect(await checkStatements(database, Object.values(statements))).toEqual([]);
});

/** How a reservation of 3 of the first product comes to be in a state. */
const states = {
  unknown: () => Promise.resolve(),
  held: async ({ tasks: [store], productIds: [productId] }, id) => {
    await store!.reserve(id, [{ productId: productId!, quantity: 3 }]);
  },
  lapsed: async (stock, id) => {
    await states.held(stock, id);
    await stock.lapse(id);
  },
  committed: async (stock, id) => {
    await states.held(stock, id);
    await stock.tasks[0]!.commit(id);
  },
  sold: async (stock, id) => {
    await states.committed(stock, id);
    await stock.tasks[0]!.settle(createEvent('payment.captured', id));
  },
  released: async (stock, id) => {
    await states.held(stock, id);
    await stock.tasks[0]!.settle(createEvent('payment.failed', id));
  },
  'ended before it began': async ({ tasks: [store] }, id) => {
    await store!.settle(createEvent('payment.failed', id));
  },
} satisfies Record<string, (stock: OpenStock, id: string) => Promise<void>>;

type State = keyof typeof states;

/** What can be done to it, and what that says. */
const operations = {
  'reserved again': ({ tasks: [store], productIds: [productId] }, id) =>
    outcomeOf(store!.reserve(id, [{ productId: productId!, quantity: 3 }]), ({ reservation }) => reservation.status),
  'reserved otherwise': ({ tasks: [store], productIds: [productId] }, id) =>
    outcomeOf(store!.reserve(id, [{ productId: productId!, quantity: 2 }]), ({ reservation }) => reservation.status),
  committed: ({ tasks: [store] }, id) => outcomeOf(store!.commit(id), statusOf),
  captured: ({ tasks: [store] }, id) => store!.settle(createEvent('payment.captured', id)),
  failed: ({ tasks: [store] }, id) => store!.settle(createEvent('payment.failed', id)),
  refunded: ({ tasks: [store] }, id) => store!.settle(createEvent('payment.refunded', id)),
  expired: async ({ tasks: [store] }) => String(await store!.expire()),
} satisfies Record<string, (stock: OpenStock, id: string) => Promise<string>>;

const ENDED = 'catalog/reservation-ended';
const CONFLICT = 'catalog/reservation-conflict';

/** What is said, what its status is then, and how many of 10 are left. */
type Expected = [said: string, status: string | undefined, left: number];

const expected: Record<State, Record<keyof typeof operations, Expected>> = {
  unknown: {
    'reserved again': ['held', 'held', 7],
    'reserved otherwise': ['held', 'held', 8],
    committed: [ENDED, undefined, 10],
    captured: ['contradicted', undefined, 10],
    failed: ['recorded', 'released', 10],
    refunded: ['recorded', undefined, 10],
    expired: ['0', undefined, 10],
  },
  held: {
    'reserved again': ['held', 'held', 7],
    'reserved otherwise': [CONFLICT, 'held', 7],
    committed: ['committed', 'committed', 7],
    captured: ['sold', 'sold', 7],
    failed: ['released', 'released', 10],
    refunded: ['recorded', 'held', 7],
    expired: ['0', 'held', 7],
  },
  lapsed: {
    'reserved again': [ENDED, 'held', 7],
    'reserved otherwise': [ENDED, 'held', 7],
    committed: [ENDED, 'held', 7],
    captured: ['sold', 'sold', 7],
    failed: ['released', 'released', 10],
    refunded: ['recorded', 'held', 7],
    expired: ['1', 'released', 10],
  },
  committed: {
    'reserved again': ['committed', 'committed', 7],
    'reserved otherwise': [CONFLICT, 'committed', 7],
    committed: ['committed', 'committed', 7],
    captured: ['sold', 'sold', 7],
    failed: ['released', 'released', 10],
    refunded: ['recorded', 'committed', 7],
    expired: ['0', 'committed', 7],
  },
  sold: {
    'reserved again': ['sold', 'sold', 7],
    'reserved otherwise': [CONFLICT, 'sold', 7],
    committed: ['sold', 'sold', 7],
    captured: ['recorded', 'sold', 7],
    failed: ['contradicted', 'sold', 7],
    refunded: ['recorded', 'sold', 7],
    expired: ['0', 'sold', 7],
  },
  released: {
    'reserved again': [ENDED, 'released', 10],
    'reserved otherwise': [ENDED, 'released', 10],
    committed: [ENDED, 'released', 10],
    captured: ['contradicted', 'released', 10],
    failed: ['recorded', 'released', 10],
    refunded: ['recorded', 'released', 10],
    expired: ['0', 'released', 10],
  },
  'ended before it began': {
    'reserved again': [ENDED, 'released', 10],
    'reserved otherwise': [ENDED, 'released', 10],
    committed: [ENDED, 'released', 10],
    captured: ['contradicted', 'released', 10],
    failed: ['recorded', 'released', 10],
    refunded: ['recorded', 'released', 10],
    expired: ['0', 'released', 10],
  },
};

describe('a reservation', () => {
  test('does in every state what the table says, whatever is asked of it', async () => {
    const stock = await openStock();
    const found: typeof expected = structuredClone(expected);
    for (const [state, bring] of Object.entries(states)) {
      for (const [operation, run] of Object.entries(operations)) {
        await stock.reset();
        const id = randomUUID();
        await bring(stock, id);
        const said = await run(stock, id);
        const [level] = await stock.levels();
        found[state as State][operation as keyof typeof operations] = [said, await stock.statusOf(id), level!.left];
      }
    }
    expect(found).toEqual(expected);
  });

  test('holds everything that was asked for, at the prices of that moment', async () => {
    const {
      tasks: [store],
      productIds,
      levels,
      run,
    } = await openStock();
    const [first, second] = productIds;
    const { reservation } = await store!.reserve(randomUUID(), [
      { productId: second!, quantity: 1 },
      { productId: first!, quantity: 2 },
    ]);
    const price = { amount: 1250, currency: 'EUR' };
    expect(reservation.items).toEqual([
      { productId: first, quantity: 2, price },
      { productId: second, quantity: 1, price },
    ]);
    expect((await levels()).map(({ left }) => left)).toEqual([8, 9]);
    await run('UPDATE products SET price_amount = 1');
    expect((await store!.commit(reservation.id)).items).toEqual(reservation.items);
  });

  test.each([
    ['of more than there is', 11, 'catalog/out-of-stock'],
    ['of something unknown', 1, 'catalog/product-unknown'],
  ])('%s takes nothing, and its id can be used again', async (_what, quantity, code) => {
    const {
      tasks: [store],
      productIds,
      levels,
    } = await openStock();
    const id = randomUUID();
    const second = code.endsWith('unknown') ? randomUUID() : productIds[1]!;
    const wanted = [
      { productId: productIds[0]!, quantity: 1 },
      { productId: second, quantity },
    ];
    expect(await outcomeOf(store!.reserve(id, wanted), () => 'taken')).toBe(code);
    expect((await levels()).map(({ left }) => left)).toEqual([10, 10]);
    await store!.reserve(id, [{ productId: productIds[0]!, quantity: 1 }]);
  });

  test('of a product that somebody does not let go of is put off, and takes nothing', async () => {
    const {
      tasks: [store],
      productIds,
      levels,
      lock,
    } = await openStock();
    const id = randomUUID();
    const wanted = productIds.map((productId) => ({ productId, quantity: 1 }));
    const letGo = await lock('products', productIds[1]!);
    expect(await outcomeOf(store!.reserve(id, wanted), () => 'taken')).toBe('database/unavailable');
    await letGo();
    expect((await levels()).map(({ left }) => left)).toEqual([10, 10]);
    expect((await store!.reserve(id, wanted)).isNew).toBe(true);
  });

  test('changes the version of its products, so that nobody overwrites their stock unseen', async () => {
    const {
      tasks: [store],
      productIds,
      run,
    } = await openStock();
    const id = randomUUID();
    const version = async () => (await run('SELECT version FROM products ORDER BY id')).rows.map((row) => row.version);
    await store!.reserve(id, [{ productId: productIds[0]!, quantity: 1 }]);
    expect(await version()).toEqual([2, 1]);
    await store!.settle(createEvent('payment.failed', id));
    expect(await version()).toEqual([3, 1]);
  });

  test('of a product that is deleted can be released and sold all the same', async () => {
    const {
      tasks: [store],
      productIds,
      run,
      levels,
    } = await openStock();
    const [first, second] = productIds;
    const [released, sold] = [randomUUID(), randomUUID()];
    const wanted = [
      { productId: first!, quantity: 1 },
      { productId: second!, quantity: 1 },
    ];
    await store!.reserve(released, wanted);
    await store!.reserve(sold, wanted);
    await run('DELETE FROM products WHERE id = $1', [first]);
    expect(await store!.settle(createEvent('payment.failed', released))).toBe('released');
    expect(await store!.settle(createEvent('payment.captured', sold))).toBe('sold');
    expect(await levels()).toEqual([{ id: second, left: 9, held: 0, sold: 1 }]);
  });
});

describe('a payment event', () => {
  test('that is delivered often, and at once, has its effect once', async () => {
    const { tasks, productIds, levels } = await openStock({ tasks: 2 });
    const id = randomUUID();
    await tasks[0]!.reserve(id, [{ productId: productIds[0]!, quantity: 4 }]);
    const event = createEvent('payment.failed', id);
    const settlements = await Promise.all(Array.from({ length: 8 }, (_, each) => tasks[each % 2]!.settle(event)));
    expect(settlements.sort()).toEqual([...Array<string>(7).fill('known'), 'released']);
    expect((await levels())[0]).toMatchObject({ left: 10, held: 0 });
  });

  test('that comes before an earlier one leads to the same end', async () => {
    const {
      tasks: [store],
      productIds,
      statusOf: find,
    } = await openStock();
    const id = randomUUID();
    await store!.reserve(id, [{ productId: productIds[0]!, quantity: 4 }]);
    expect(await store!.settle(createEvent('payment.refunded', id))).toBe('recorded');
    expect(await store!.settle(createEvent('payment.captured', id))).toBe('sold');
    expect(await find(id)).toBe('sold');
  });
});

describe('expiry', () => {
  test('in several tasks at once releases each reservation once', async () => {
    const { tasks, productIds, levels, lapse } = await openStock({ tasks: 4, stock: 1000 });
    for (let number = 0; number < 120; number++) {
      const id = randomUUID();
      await tasks[0]!.reserve(id, [{ productId: productIds[number % 2]!, quantity: 2 }]);
      await lapse(id);
    }
    const drain = async (store: (typeof tasks)[number]): Promise<number> => {
      const count = await store.expire();
      return count === 0 ? 0 : count + (await drain(store));
    };
    const counts = await Promise.all(tasks.map(drain));
    expect(counts.reduce((sum, count) => sum + count)).toBe(120);
    expect((await levels()).map(({ left, held }) => [left, held])).toEqual([
      [1000, 0],
      [1000, 0],
    ]);
  });

  test('does not wait for a reservation that somebody is changing', async () => {
    const {
      tasks: [store],
      productIds,
      lapse,
      lock,
    } = await openStock();
    const [busy, free] = [randomUUID(), randomUUID()];
    for (const id of [busy, free]) {
      await store!.reserve(id, [{ productId: productIds[0]!, quantity: 1 }]);
      await lapse(id);
    }
    const letGo = await lock('reservations', busy);
    expect(await store!.expire()).toBe(1);
    await letGo();
    expect(await store!.expire()).toBe(1);
  });
});
