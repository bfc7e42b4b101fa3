import type { PaymentEvent, Reservation } from '@fairlead/catalog-api';
import { Database, loadMigrations, migrate } from '@fairlead/database';
import { createTestDatabase } from '@fairlead/database/testing';
import { Problem } from '@fairlead/problem';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject, onTestFinished } from 'vitest';
import { createReservationStore, type ReservationStore } from '../src/reservation/reservation-store.ts';

/** How many of a product there are, wherever they are; read in one moment. */
export interface StockLevel {
  id: string;
  left: number;
  held: number;
  sold: number;
}

export interface OpenStock {
  /** The reservations as each of several tasks sees them, over connections of its own. */
  tasks: ReservationStore[];
  /** In order of id. */
  productIds: string[];
  levels: () => Promise<StockLevel[]>;
  statusOf: (id: string) => Promise<string | undefined>;
  /** Lets the time of a reservation be over. */
  lapse: (id: string) => Promise<void>;
  /** Makes the stock what it was, without reservations. */
  reset: () => Promise<void>;
  /** Locks a row as a transaction that takes its time does; call what it gives to let go. */
  lock: (table: 'products' | 'reservations', id: string) => Promise<() => Promise<void>>;
  run: (sql: string, values?: unknown[]) => Promise<pg.QueryResult<Record<string, unknown>>>;
}

const LEVELS = `
  SELECT products.id, stock AS left,
    coalesce(sum(quantity) FILTER (WHERE status IN ('held', 'committed')), 0)::integer AS held,
    coalesce(sum(quantity) FILTER (WHERE status = 'sold'), 0)::integer AS sold
  FROM products
  LEFT JOIN reservation_items ON product_id = products.id
  LEFT JOIN reservations ON reservations.id = reservation_id
  GROUP BY products.id, stock ORDER BY products.id`;

const INSERT_PRODUCT = `
  INSERT INTO products (sku, name, description, category, price_amount, price_currency, stock)
  VALUES ($1, $1, '', 'garden', 1250, 'EUR', $2) RETURNING id`;

/** A database with a few products, without the rest of catalog. */
export async function openStock({ tasks = 1, products = 2, stock = 10 } = {}): Promise<OpenStock> {
  const test = await createTestDatabase(inject('postgres'));
  await migrate(test.config, test.credentials, await loadMigrations(new URL('../migrations/', import.meta.url)));
  const pool = new pg.Pool({ ...inject('postgres'), database: test.config.databaseName });
  // The end of a pool does not wait for Postgres, which may find the database dropped first.
  pool.on('connect', (client) => client.on('error', () => undefined)).on('error', () => undefined);
  // So that a deadlock is found before anybody gives up waiting, and cannot pass for a slow lock.
  await pool.query(`ALTER DATABASE ${test.config.databaseName} SET deadlock_timeout = '20ms'`);
  const databases = Array.from(
    { length: tasks },
    () => new Database(test.config, { credentials: test.credentials, onConnectionError: () => undefined }),
  );
  onTestFinished(async () => {
    await Promise.all(databases.map((database) => database[Symbol.asyncDispose]()));
    await pool.end();
    await test[Symbol.asyncDispose]();
  });
  const run = (sql: string, values: unknown[] = []) => pool.query<Record<string, unknown>>(sql, values);
  const productIds: string[] = [];
  for (let number = 0; number < products; number++) {
    const { rows } = await run(INSERT_PRODUCT, [`SKU-${number}`, stock]);
    productIds.push(rows[0]!.id as string);
  }
  return {
    tasks: databases.map((database) => createReservationStore(database, { holdSeconds: 300 })),
    productIds: productIds.sort(),
    run,
    async lock(table, id) {
      const client = await pool.connect();
      await client.query('BEGIN');
      await client.query(`SELECT FROM ${table} WHERE id = $1 FOR UPDATE`, [id]);
      return async () => {
        await client.query('ROLLBACK');
        client.release();
      };
    },
    levels: async () => (await pool.query<StockLevel>(LEVELS)).rows,
    statusOf: async (id) =>
      (await run('SELECT status FROM reservations WHERE id = $1', [id])).rows[0]?.status as string,
    async lapse(id) {
      await run("UPDATE reservations SET expires_at = now() - interval '1 second' WHERE id = $1", [id]);
    },
    async reset() {
      await run('TRUNCATE reservations, reservation_items, payment_events');
      await run('UPDATE products SET stock = $1', [stock]);
    },
  };
}

export const createEvent = (type: PaymentEvent['type'], paymentId: string): PaymentEvent => ({
  id: randomUUID(),
  type,
  occurredAt: new Date().toISOString(),
  paymentId,
});

/** What an operation came to, in a word: the code of its problem, or what it says of a result. */
export async function outcomeOf<Result>(work: Promise<Result>, say: (result: Result) => string): Promise<string> {
  try {
    return say(await work);
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
}

export const statusOf = ({ status }: Reservation): string => status;
