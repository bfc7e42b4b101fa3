import { statement } from '@fairlead/database';

/** Begins nothing where the account is suspended or its password another one by now; a change of either waits, or is waited for. */
export const beginSession = statement({
  name: 'begin-session',
  text: `WITH account AS (
      SELECT id, role FROM accounts WHERE id = $1 AND password_version = $2 AND status = 'active' FOR SHARE
    ), session AS (
      INSERT INTO sessions (account_id, expires_at) SELECT id, $3 FROM account RETURNING id
    ), token AS (
      INSERT INTO refresh_tokens (hash, session_id) SELECT $4, id FROM session
    )
    SELECT role FROM account`,
  parameters: ['uuid', 'int4', 'timestamptz', 'bytea'],
  columns: { role: 'text' },
});

/** The session of a token, spent or not. Whoever holds the lock is alone with all the tokens of the session. */
export const lockSession = statement({
  name: 'lock-session',
  text: `SELECT sessions.id, sessions.expires_at, accounts.id AS account_id, accounts.role
    FROM sessions JOIN accounts ON accounts.id = sessions.account_id
    WHERE sessions.id = (SELECT session_id FROM refresh_tokens WHERE hash = $1) AND accounts.status = 'active'
    FOR UPDATE OF sessions`,
  parameters: ['bytea'],
  columns: { id: 'uuid', expires_at: 'timestamptz', account_id: 'uuid', role: 'text' },
});

/** To be read under the lock of its session, in a statement of its own: that of the lock may be older than the lock. */
export const findToken = statement({
  name: 'find-refresh-token',
  text: `SELECT token.spent_at, token.seed, successor.spent_at AS successor_spent_at
    FROM refresh_tokens token LEFT JOIN refresh_tokens successor ON successor.hash = token.successor_hash
    WHERE token.hash = $1`,
  parameters: ['bytea'],
  columns: {
    spent_at: 'timestamptz nullable',
    seed: 'bytea nullable',
    successor_spent_at: 'timestamptz nullable',
  },
});

export const spendToken = statement({
  name: 'spend-refresh-token',
  text: `WITH successor AS (
      INSERT INTO refresh_tokens (hash, session_id) SELECT $4, session_id FROM refresh_tokens WHERE hash = $1
    )
    UPDATE refresh_tokens SET spent_at = $2, seed = $3, successor_hash = $4 WHERE hash = $1`,
  parameters: ['bytea', 'timestamptz', 'bytea', 'bytea'],
  columns: {},
});

export const endSession = statement({
  name: 'end-session',
  text: 'DELETE FROM sessions WHERE id = $1',
  parameters: ['uuid'],
  columns: {},
});

export const endSessionOfToken = statement({
  name: 'end-session-of-token',
  text: `DELETE FROM sessions WHERE id = (SELECT session_id FROM refresh_tokens WHERE hash = $1) RETURNING account_id`,
  parameters: ['bytea'],
  columns: { account_id: 'uuid' },
});

export const forgetPastSessions = statement({
  name: 'forget-past-sessions',
  text: `DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at <= $1 LIMIT $2::integer)
    RETURNING id`,
  parameters: ['timestamptz', 'int4'],
  columns: { id: 'uuid' },
});
