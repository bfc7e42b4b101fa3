import type { PaymentEvent } from '@fairlead/catalog-api';
import { Database } from '@fairlead/database';
import { expect, test } from 'vitest';
import { startWorld } from '../../test/start-payments.ts';
import { createOutboxStore, type OutboxStore } from './outbox-store.ts';
import { publishDueEvents } from './relay.ts';

const ENOUGH = AbortSignal.timeout(60_000);

async function start({ leaseMs = 100 } = {}) {
  const world = await startWorld();
  const database = new Database(world.database.config, {
    credentials: world.database.credentials,
    onConnectionError: () => undefined,
  });
  const delivered: PaymentEvent[] = [];
  const outbox = createOutboxStore(database, { leaseMs });
  const catalog = {
    takePaymentEvent: ({ body }: { body: PaymentEvent }) => {
      delivered.push(body);
      return Promise.resolve({ status: 204 as const });
    },
  };
  return { ...world, database, outbox, delivered, parts: { outbox, catalog, onError: () => undefined } };
}

type Started = Awaited<ReturnType<typeof start>>;

const write = ({ sql }: Started, payments: number, types: readonly string[]) =>
  sql(
    `INSERT INTO outbox (payment_id, type)
     SELECT ('019ac000-0000-7000-8000-' || lpad(payment::text, 12, '0'))::uuid, type
     FROM generate_series(1, $1::integer) AS payment, unnest($2::text[]) WITH ORDINALITY AS event (type, position)
     ORDER BY position`,
    [payments, types],
  );

const open = ({ sql }: Started) => sql('SELECT id FROM outbox WHERE due_at IS NOT NULL');

test('a relay that dies between the publication and the note of it publishes once more, and loses nothing', async () => {
  await using started = Object.assign(await start(), {
    [Symbol.asyncDispose]: () => started.database[Symbol.asyncDispose](),
  });
  await write(started, 30, ['payment.captured']);
  const dead = new Error('killed');
  const dying: OutboxStore = { ...started.outbox, markPublished: () => Promise.reject(dead) };
  await expect(publishDueEvents({ ...started.parts, outbox: dying }, ENOUGH)).rejects.toBe(dead);
  expect(started.delivered).toHaveLength(10);
  await expect
    .poll(async () => {
      await publishDueEvents(started.parts, ENOUGH);
      return open(started);
    })
    .toEqual([]);
  expect(started.delivered).toHaveLength(40);
  expect(new Set(started.delivered.map(({ id }) => id)).size).toBe(30);
});

test('the events of a payment arrive in order, through any number of relays and faults', async () => {
  await using started = Object.assign(await start({ leaseMs: 5000 }), {
    [Symbol.asyncDispose]: () => started.database[Symbol.asyncDispose](),
  });
  await write(started, 20, ['payment.captured', 'payment.refunded']);
  let count = 0;
  const failing = {
    takePaymentEvent: (input: { body: PaymentEvent }) =>
      ++count % 3 === 0 ? Promise.reject(new Error('catalog is down')) : started.parts.catalog.takePaymentEvent(input),
  };
  const impatient = { ...started.outbox, postpone: (id: string) => started.outbox.postpone(id, 0) };
  const parts = { ...started.parts, catalog: failing, outbox: impatient };
  await expect
    .poll(async () => {
      await Promise.all(Array.from({ length: 4 }, () => publishDueEvents(parts, ENOUGH)));
      return open(started);
    })
    .toEqual([]);
  expect(started.delivered).toHaveLength(40);
  for (const [, events] of Map.groupBy(started.delivered, ({ paymentId }) => paymentId)) {
    expect(events.map(({ type }) => type)).toEqual(['payment.captured', 'payment.refunded']);
  }
});
