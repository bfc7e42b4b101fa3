import { statement } from '@fairlead/database';

const columns = {
  id: 'uuid',
  payment_id: 'uuid',
  status: 'text',
  amount: 'int8',
  currency: 'text',
  reason: 'text',
  attempts: 'int4',
  created_at: 'timestamptz',
} as const;

const COLUMNS = Object.keys(columns).join(', ');

/** Of several payments at once, for a page of them. */
export const listRefunds = statement({
  name: 'list-refunds',
  text: `SELECT ${COLUMNS} FROM refunds
    WHERE payment_id IN (SELECT value::uuid FROM jsonb_array_elements_text($1)) ORDER BY id`,
  parameters: ['jsonb'],
  columns,
});

export const findRefund = statement({
  name: 'find-refund',
  text: `SELECT ${COLUMNS} FROM refunds WHERE id = $1`,
  parameters: ['uuid'],
  columns,
});

export const insertRefund = statement({
  name: 'insert-refund',
  text: `INSERT INTO refunds (payment_id, admin_id, amount, currency, reason, idempotency_key, fingerprint, lease, due_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + $9::integer * interval '1 millisecond')
    ON CONFLICT (admin_id, idempotency_key) DO NOTHING RETURNING ${COLUMNS}`,
  parameters: ['uuid', 'uuid', 'int8', 'text', 'text', 'text', 'text', 'uuid', 'int4'],
  columns,
});

export const findRefundByKey = statement({
  name: 'find-refund-by-key',
  text: `SELECT id, fingerprint, answer_status, answer_body FROM refunds
    WHERE admin_id = $1 AND idempotency_key = $2`,
  parameters: ['uuid', 'text'],
  columns: {
    id: 'uuid',
    fingerprint: 'text',
    answer_status: 'int4 nullable',
    answer_body: 'jsonb nullable',
  },
});

export const takeRefund = statement({
  name: 'take-refund',
  text: `UPDATE refunds SET lease = $2, due_at = now() + $3::integer * interval '1 millisecond'
    WHERE id = $1 AND due_at IS NOT NULL AND (lease IS NULL OR due_at <= now()) RETURNING ${COLUMNS}`,
  parameters: ['uuid', 'uuid', 'int4'],
  columns,
});

export const takeDueRefunds = statement({
  name: 'take-due-refunds',
  text: `UPDATE refunds SET lease = $1, due_at = now() + $2::integer * interval '1 millisecond'
    WHERE id = ANY (ARRAY(
      SELECT id FROM refunds WHERE due_at <= now() ORDER BY due_at LIMIT $3::integer FOR UPDATE SKIP LOCKED
    )) RETURNING ${COLUMNS}`,
  parameters: ['uuid', 'int4', 'int4'],
  columns,
});

/** Changes nothing where the lease was lost, or the refund is over. */
export const endRefund = statement({
  name: 'end-refund',
  text: `UPDATE refunds SET status = $3, lease = NULL, due_at = NULL
    WHERE id = $1 AND lease = $2 AND status = 'refunding' RETURNING ${COLUMNS}`,
  parameters: ['uuid', 'uuid', 'text'],
  columns,
});

export const keepRefundAnswer = statement({
  name: 'keep-refund-answer',
  text: 'UPDATE refunds SET answer_status = $2, answer_body = $3 WHERE id = $1',
  parameters: ['uuid', 'int4', 'jsonb'],
  columns: {},
});

export const releaseRefund = statement({
  name: 'release-refund',
  text: `UPDATE refunds SET lease = NULL, attempts = attempts + 1, due_at = now() + $3::integer * interval '1 millisecond'
    WHERE id = $1 AND lease = $2`,
  parameters: ['uuid', 'uuid', 'int4'],
  columns: {},
});

export const hastenRefunds = statement({
  name: 'hasten-refunds',
  text: `UPDATE refunds SET due_at = now()
    WHERE payment_id = $1 AND due_at IS NOT NULL AND lease IS NULL RETURNING id`,
  parameters: ['uuid'],
  columns: { id: 'uuid' },
});

/** A refund that is not over keeps its key, however old. */
export const sweepRefundKeys = statement({
  name: 'sweep-refund-keys',
  text: `UPDATE refunds SET idempotency_key = NULL, fingerprint = NULL, answer_status = NULL, answer_body = NULL
    WHERE id = ANY (ARRAY(
      SELECT id FROM refunds
      WHERE idempotency_key IS NOT NULL AND created_at < now() - $1::integer * interval '1 hour' AND due_at IS NULL
      LIMIT $2::integer FOR UPDATE SKIP LOCKED
    )) RETURNING true AS swept`,
  parameters: ['int4', 'int4'],
  columns: { swept: 'bool' },
});
