import { statement } from '@fairlead/database';

/** The largest count that is told apart from larger ones, so that it never overflows. */
const MOST = 1_000_000;

/** Counts one attempt, in the window that is open at $2 or in a new one that ends at $3. */
export const countAttempt = statement({
  name: 'count-attempt',
  text: `INSERT INTO attempts (key, count, window_ends_at) VALUES ($1, 1, $3)
    ON CONFLICT (key) DO UPDATE SET
      count = CASE WHEN attempts.window_ends_at <= $2 THEN 1 ELSE least(attempts.count + 1, ${MOST}) END,
      window_ends_at = CASE WHEN attempts.window_ends_at <= $2 THEN excluded.window_ends_at ELSE attempts.window_ends_at END
    RETURNING count, window_ends_at`,
  parameters: ['text', 'timestamptz', 'timestamptz'],
  columns: { count: 'int4', window_ends_at: 'timestamptz' },
});

export const forgetAttempts = statement({
  name: 'forget-attempts',
  text: 'DELETE FROM attempts WHERE key = $1',
  parameters: ['text'],
  columns: {},
});

export const forgetPastAttempts = statement({
  name: 'forget-past-attempts',
  text: `DELETE FROM attempts WHERE key IN (SELECT key FROM attempts WHERE window_ends_at <= $1 LIMIT $2::integer)
    RETURNING key`,
  parameters: ['timestamptz', 'int4'],
  columns: { key: 'text' },
});
