import { statement } from '@fairlead/database';

const columns = {
  id: 'uuid',
  customer_id: 'uuid',
  status: 'text',
  items: 'jsonb',
  lines: 'jsonb nullable',
  amount: 'int8 nullable',
  currency: 'text nullable',
  refunded: 'int8',
  card_brand: 'text',
  card_last4: 'text',
  failure_code: 'text nullable',
  failure_detail: 'text nullable',
  attempts: 'int4',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
} as const;

const COLUMNS = Object.keys(columns).join(', ');

export const findPayment = statement({
  name: 'find-payment',
  text: `SELECT ${COLUMNS} FROM payments WHERE id = $1`,
  parameters: ['uuid'],
  columns,
});

/** Waits for whoever changes it, and makes others wait until the transaction is over. */
export const lockPayment = statement({
  name: 'lock-payment',
  text: `SELECT ${COLUMNS} FROM payments WHERE id = $1 FOR UPDATE`,
  parameters: ['uuid'],
  columns,
});

/** The newest first. */
export const listPayments = statement({
  name: 'list-payments',
  text: `SELECT ${COLUMNS} FROM payments WHERE customer_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3::integer`,
  parameters: ['uuid', 'uuid', 'int4'],
  columns,
});

/** One of any number of requests with the same key makes the payment; the others find it. */
export const insertPayment = statement({
  name: 'insert-payment',
  text: `INSERT INTO payments (customer_id, items, card_brand, card_last4, idempotency_key, fingerprint, lease, due_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, now() + $8::integer * interval '1 millisecond')
    ON CONFLICT (customer_id, idempotency_key) DO NOTHING RETURNING ${COLUMNS}`,
  parameters: ['uuid', 'jsonb', 'text', 'text', 'text', 'text', 'uuid', 'int4'],
  columns,
});

export const findPaymentByKey = statement({
  name: 'find-payment-by-key',
  text: `SELECT id, fingerprint, answer_status, answer_body FROM payments
    WHERE customer_id = $1 AND idempotency_key = $2`,
  parameters: ['uuid', 'text'],
  columns: {
    id: 'uuid',
    fingerprint: 'text',
    answer_status: 'int4 nullable',
    answer_body: 'jsonb nullable',
  },
});

/** Takes a payment that nobody works on, for a request on its behalf: sooner than it is due. */
export const takePayment = statement({
  name: 'take-payment',
  text: `UPDATE payments SET lease = $2, due_at = now() + $3::integer * interval '1 millisecond'
    WHERE id = $1 AND due_at IS NOT NULL AND (lease IS NULL OR due_at <= now()) RETURNING ${COLUMNS}`,
  parameters: ['uuid', 'uuid', 'int4'],
  columns,
});

/**
 * Takes payments that are due: left by a request that was interrupted, or by a process that died. One that died before the
 * provider was asked for anything leaves its purchase to the customer alone for as long again as the last parameter says.
 */
export const takeDuePayments = statement({
  name: 'take-due-payments',
  text: `UPDATE payments SET lease = $1, due_at = now() + $2::integer * interval '1 millisecond'
    WHERE id = ANY (ARRAY(
      SELECT id FROM payments
      WHERE due_at <= now()
        AND (status <> 'created' OR lease IS NULL OR due_at <= now() - $4::integer * interval '1 millisecond')
      ORDER BY due_at LIMIT $3::integer FOR UPDATE SKIP LOCKED
    )) RETURNING ${COLUMNS}`,
  parameters: ['uuid', 'int4', 'int4', 'int4'],
  columns,
});

/** Something may have happened at the provider: whoever is free looks at it. One that was never there is left alone. */
export const hastenPayment = statement({
  name: 'hasten-payment',
  text: `UPDATE payments SET due_at = now()
    WHERE id = $1 AND due_at IS NOT NULL AND lease IS NULL AND status <> 'created' RETURNING id`,
  parameters: ['uuid'],
  columns: { id: 'uuid' },
});

/** Changes nothing where the lease was lost, or the payment is somewhere else by now; so do all below. */
export const pricePayment = statement({
  name: 'price-payment',
  text: `UPDATE payments SET status = 'authorising', lines = $3, amount = $4, currency = $5,
      due_at = now() + $6::integer * interval '1 millisecond', updated_at = now()
    WHERE id = $1 AND lease = $2 AND status = 'created' RETURNING ${COLUMNS}`,
  parameters: ['uuid', 'uuid', 'jsonb', 'int8', 'text', 'int4'],
  columns,
});

export const movePayment = statement({
  name: 'move-payment',
  text: `UPDATE payments SET status = $4, failure_code = $5, failure_detail = $6,
      due_at = now() + $7::integer * interval '1 millisecond', updated_at = now()
    WHERE id = $1 AND lease = $2 AND status = $3 RETURNING ${COLUMNS}`,
  parameters: ['uuid', 'uuid', 'text', 'text', 'text nullable', 'text nullable', 'int4'],
  columns,
});

export const endPayment = statement({
  name: 'end-payment',
  text: `UPDATE payments SET status = $4, failure_code = $5, failure_detail = $6, lease = NULL, due_at = NULL,
      updated_at = now()
    WHERE id = $1 AND lease = $2 AND status = $3 RETURNING ${COLUMNS}`,
  parameters: ['uuid', 'uuid', 'text', 'text', 'text nullable', 'text nullable'],
  columns,
});

export const keepPaymentAnswer = statement({
  name: 'keep-payment-answer',
  text: 'UPDATE payments SET answer_status = $2, answer_body = $3 WHERE id = $1',
  parameters: ['uuid', 'int4', 'jsonb'],
  columns: {},
});

export const releasePayment = statement({
  name: 'release-payment',
  text: `UPDATE payments SET lease = NULL, attempts = attempts + 1, due_at = now() + $3::integer * interval '1 millisecond'
    WHERE id = $1 AND lease = $2`,
  parameters: ['uuid', 'uuid', 'int4'],
  columns: {},
});

/** Only before the provider was asked for anything. */
export const discardPayment = statement({
  name: 'discard-payment',
  text: `DELETE FROM payments WHERE id = $1 AND lease = $2 AND status = 'created'`,
  parameters: ['uuid', 'uuid'],
  columns: {},
});

/** Under the lock of the payment. Below zero is a refund that the provider refused. */
export const addRefunded = statement({
  name: 'add-refunded',
  text: 'UPDATE payments SET refunded = refunded + $2 WHERE id = $1',
  parameters: ['uuid', 'int8'],
  columns: {},
});

/** A payment that is not over keeps its key, however old. */
export const sweepPaymentKeys = statement({
  name: 'sweep-payment-keys',
  text: `UPDATE payments SET idempotency_key = NULL, fingerprint = NULL, answer_status = NULL, answer_body = NULL
    WHERE id = ANY (ARRAY(
      SELECT id FROM payments
      WHERE idempotency_key IS NOT NULL AND created_at < now() - $1::integer * interval '1 hour' AND due_at IS NULL
      LIMIT $2::integer FOR UPDATE SKIP LOCKED
    )) RETURNING true AS swept`,
  parameters: ['int4', 'int4'],
  columns: { swept: 'bool' },
});
