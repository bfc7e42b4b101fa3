CREATE TABLE accounts (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  email text NOT NULL CONSTRAINT accounts_email_key UNIQUE CHECK (email = lower(email)),
  password_hash text NOT NULL,
  -- Counts the passwords that the account has had: a session begins only with the one that was verified.
  password_version integer NOT NULL DEFAULT 1,
  role text NOT NULL CHECK (role IN ('customer', 'admin')),
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
  created_at timestamptz NOT NULL DEFAULT now(),
  -- The last sign-up with this address. It is written each time, so that a taken address costs what a free one costs.
  signed_up_at timestamptz NOT NULL DEFAULT now()
);

-- The few rows that are locked to keep one active admin.
CREATE INDEX accounts_admins ON accounts (id) WHERE role = 'admin';

CREATE TABLE sessions (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  expires_at timestamptz NOT NULL
);

CREATE INDEX sessions_account_id ON sessions (account_id);
CREATE INDEX sessions_expires_at ON sessions (expires_at);

-- Every refresh token that a session has had, so that a spent one is recognised.
CREATE TABLE refresh_tokens (
  hash bytea PRIMARY KEY,
  session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  spent_at timestamptz,
  -- What, with the token itself, makes the token that replaced it.
  seed bytea,
  successor_hash bytea,
  CHECK ((spent_at IS NULL) = (seed IS NULL) AND (spent_at IS NULL) = (successor_hash IS NULL))
);

CREATE INDEX refresh_tokens_session_id ON refresh_tokens (session_id);

-- How often something was tried in the window that is open, by whom or for whom.
CREATE TABLE attempts (
  key text PRIMARY KEY,
  count integer NOT NULL,
  window_ends_at timestamptz NOT NULL
);

CREATE INDEX attempts_window_ends_at ON attempts (window_ends_at);
