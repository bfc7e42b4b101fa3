import { statement } from '@fairlead/database';

const columns = {
  id: 'uuid',
  email: 'text',
  role: 'text',
  status: 'text',
  created_at: 'timestamptz',
} as const;

const COLUMNS = Object.keys(columns).join(', ');

/** Writes to a taken address too, so that the answer takes as long. */
export const signUpAccount = statement({
  name: 'sign-up-account',
  text: `INSERT INTO accounts (email, password_hash, role, signed_up_at) VALUES ($1, $2, 'customer', $3)
    ON CONFLICT (email) DO UPDATE SET signed_up_at = excluded.signed_up_at
    RETURNING id, xmax = 0 AS is_new`,
  parameters: ['text', 'text', 'timestamptz'],
  columns: { id: 'uuid', is_new: 'bool' },
});

export const findAccount = statement({
  name: 'find-account',
  text: `SELECT ${COLUMNS} FROM accounts WHERE id = $1`,
  parameters: ['uuid'],
  columns,
});

export const listAccounts = statement({
  name: 'list-accounts',
  text: `SELECT ${COLUMNS} FROM accounts WHERE id > $1 ORDER BY id LIMIT $2::integer`,
  parameters: ['uuid', 'int4'],
  columns,
});

export const findPassword = statement({
  name: 'find-password',
  text: 'SELECT id, password_hash, password_version FROM accounts WHERE id = $1',
  parameters: ['uuid'],
  columns: { id: 'uuid', password_hash: 'text', password_version: 'int4' },
});

export const findPasswordByEmail = statement({
  name: 'find-password-by-email',
  text: 'SELECT id, password_hash, password_version FROM accounts WHERE email = $1',
  parameters: ['text'],
  columns: { id: 'uuid', password_hash: 'text', password_version: 'int4' },
});

/** Changes nothing where the password is another one by now. */
export const changePassword = statement({
  name: 'change-password',
  text: `UPDATE accounts SET password_hash = $3, password_version = password_version + 1
    WHERE id = $1 AND password_version = $2 RETURNING id`,
  parameters: ['uuid', 'int4', 'text'],
  columns: { id: 'uuid' },
});

/** The same password, hashed at another cost. */
export const rehashPassword = statement({
  name: 'rehash-password',
  text: 'UPDATE accounts SET password_hash = $3 WHERE id = $1 AND password_version = $2',
  parameters: ['uuid', 'int4', 'text'],
  columns: {},
});

/** In one order, so that two changes wait for each other and cannot both take away the last but one. */
export const lockActiveAdmins = statement({
  name: 'lock-active-admins',
  text: `SELECT id FROM accounts WHERE role = 'admin' AND status = 'active' ORDER BY id FOR UPDATE`,
  parameters: [],
  columns: { id: 'uuid' },
});

export const updateAccount = statement({
  name: 'update-account',
  text: `UPDATE accounts SET role = coalesce($2, role), status = coalesce($3, status) WHERE id = $1
    RETURNING ${COLUMNS}`,
  parameters: ['uuid', 'text nullable', 'text nullable'],
  columns,
});

export const endSessions = statement({
  name: 'end-sessions',
  text: 'DELETE FROM sessions WHERE account_id = $1',
  parameters: ['uuid'],
  columns: {},
});
