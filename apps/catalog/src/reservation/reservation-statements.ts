import { statement } from '@fairlead/database';

/**
 * Whoever changes stock locks in this order: the event, the reservation, then its products by id. So nobody waits for
 * somebody who waits for them.
 */

export const insertReservation = statement({
  name: 'insert-reservation',
  text: `INSERT INTO reservations (id, status, expires_at)
    VALUES ($1, 'held', now() + make_interval(secs => $2::integer))
    ON CONFLICT (id) DO NOTHING RETURNING expires_at`,
  parameters: ['uuid', 'int4'],
  columns: { expires_at: 'timestamptz' },
});

/** So that a reservation which comes after its end is refused. */
export const insertReleased = statement({
  name: 'insert-released-reservation',
  text: `INSERT INTO reservations (id, status, expires_at) VALUES ($1, 'released', now())
    ON CONFLICT (id) DO NOTHING RETURNING id`,
  parameters: ['uuid'],
  columns: { id: 'uuid' },
});

export const findReservation = statement({
  name: 'find-reservation',
  text: 'SELECT status, expires_at, expires_at <= now() AS is_over FROM reservations WHERE id = $1',
  parameters: ['uuid'],
  columns: { status: 'text', expires_at: 'timestamptz', is_over: 'bool' },
});

export const listItems = statement({
  name: 'list-reservation-items',
  text: `SELECT product_id, quantity, price_amount, price_currency FROM reservation_items
    WHERE reservation_id = $1 ORDER BY product_id`,
  parameters: ['uuid'],
  columns: { product_id: 'uuid', quantity: 'int4', price_amount: 'int4', price_currency: 'text' },
});

export const lockProducts = statement({
  name: 'lock-products',
  text: 'SELECT id, stock FROM products WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE',
  parameters: ['uuid[]'],
  columns: { id: 'uuid', stock: 'int4' },
});

/** Takes stock of products that are locked, and keeps the prices of this moment. */
export const takeStock = statement({
  name: 'take-stock',
  text: `WITH taken AS (
      UPDATE products SET stock = stock - quantity, version = version + 1, updated_at = now()
      FROM unnest($2::uuid[], $3::integer[]) AS wanted (product_id, quantity)
      WHERE id = product_id
      RETURNING product_id, quantity, price_amount, price_currency
    )
    INSERT INTO reservation_items (reservation_id, product_id, quantity, price_amount, price_currency)
    SELECT $1, product_id, quantity, price_amount, price_currency FROM taken
    RETURNING product_id, quantity, price_amount, price_currency`,
  parameters: ['uuid', 'uuid[]', 'int4[]'],
  columns: listItems.columns,
});

/** Changes nothing where the reservation is over, also before expiry has come to it. */
export const commitReservation = statement({
  name: 'commit-reservation',
  text: `UPDATE reservations SET status = 'committed', changed_at = now()
    WHERE id = $1 AND status = 'held' AND expires_at > now() RETURNING id`,
  parameters: ['uuid'],
  columns: { id: 'uuid' },
});

export const sellReservation = statement({
  name: 'sell-reservation',
  text: `UPDATE reservations SET status = 'sold', changed_at = now()
    WHERE id = $1 AND status IN ('held', 'committed') RETURNING id`,
  parameters: ['uuid'],
  columns: { id: 'uuid' },
});

export const releaseReservation = statement({
  name: 'release-reservation',
  text: `UPDATE reservations SET status = 'released', changed_at = now()
    WHERE id = $1 AND status IN ('held', 'committed') RETURNING id`,
  parameters: ['uuid'],
  columns: { id: 'uuid' },
});

/** Passes over those that somebody is changing at this moment, be it expiry in another task. */
export const releaseExpired = statement({
  name: 'release-expired-reservations',
  text: `UPDATE reservations SET status = 'released', changed_at = now()
    WHERE id = ANY (ARRAY(
      SELECT id FROM reservations WHERE status = 'held' AND expires_at <= now()
      ORDER BY expires_at LIMIT $1::integer FOR UPDATE SKIP LOCKED
    )) RETURNING id`,
  parameters: ['int4'],
  columns: { id: 'uuid' },
});

export const lockReservedProducts = statement({
  name: 'lock-reserved-products',
  text: `SELECT id FROM products
    WHERE id IN (SELECT product_id FROM reservation_items WHERE reservation_id = ANY($1))
    ORDER BY id FOR NO KEY UPDATE`,
  parameters: ['uuid[]'],
  columns: { id: 'uuid' },
});

/** Gives back what reservations held, to products that are locked and still there. */
export const returnStock = statement({
  name: 'return-stock',
  text: `UPDATE products SET stock = stock + quantity, version = version + 1, updated_at = now()
    FROM (
      SELECT product_id, sum(quantity)::integer AS quantity FROM reservation_items
      WHERE reservation_id = ANY($1) GROUP BY product_id
    ) AS returned
    WHERE id = product_id RETURNING id`,
  parameters: ['uuid[]'],
  columns: { id: 'uuid' },
});

export const insertPaymentEvent = statement({
  name: 'insert-payment-event',
  text: `INSERT INTO payment_events (id, type, payment_id, occurred_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (id) DO NOTHING RETURNING id`,
  parameters: ['uuid', 'text', 'uuid', 'timestamptz'],
  columns: { id: 'uuid' },
});
