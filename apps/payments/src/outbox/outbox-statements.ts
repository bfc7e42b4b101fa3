import { statement } from '@fairlead/database';

export const insertEvent = statement({
  name: 'insert-event',
  text: 'INSERT INTO outbox (payment_id, type) VALUES ($1, $2)',
  parameters: ['uuid', 'text'],
  columns: {},
});

/**
 * Takes events that are due and hides them from other tasks until they should have been published. No lock is held while
 * they are: if this task dies on the way, they are due again.
 */
export const takeDueEvents = statement({
  name: 'take-due-events',
  text: `UPDATE outbox SET attempts = attempts + 1, due_at = now() + $1::integer * interval '1 millisecond'
    WHERE id = ANY (ARRAY(
      SELECT id FROM outbox AS event
      WHERE due_at <= now() AND NOT EXISTS (
        SELECT FROM outbox AS earlier
        WHERE earlier.payment_id = event.payment_id AND earlier.sequence < event.sequence AND earlier.due_at IS NOT NULL
      )
      ORDER BY due_at LIMIT $2::integer FOR UPDATE SKIP LOCKED
    )) RETURNING id, payment_id, type, occurred_at, attempts`,
  parameters: ['int4', 'int4'],
  columns: { id: 'uuid', payment_id: 'uuid', type: 'text', occurred_at: 'timestamptz', attempts: 'int4' },
});

export const markPublished = statement({
  name: 'mark-published',
  text: 'UPDATE outbox SET due_at = NULL WHERE id = $1',
  parameters: ['uuid'],
  columns: {},
});

export const postponeEvent = statement({
  name: 'postpone-event',
  text: `UPDATE outbox SET due_at = now() + $2::integer * interval '1 millisecond' WHERE id = $1 AND due_at IS NOT NULL`,
  parameters: ['uuid', 'int4'],
  columns: {},
});

export const sweepEvents = statement({
  name: 'sweep-events',
  text: `DELETE FROM outbox WHERE id = ANY (ARRAY(
      SELECT id FROM outbox WHERE due_at IS NULL AND occurred_at < now() - $1::integer * interval '1 hour'
      LIMIT $2::integer FOR UPDATE SKIP LOCKED
    )) RETURNING true AS swept`,
  parameters: ['int4', 'int4'],
  columns: { swept: 'bool' },
});
