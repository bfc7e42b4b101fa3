-- A purchase. `due_at` is when anybody may work on it: while `lease` is set, somebody does until then; null, it is over.
CREATE TABLE payments (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  customer_id uuid NOT NULL,
  status text NOT NULL DEFAULT 'created' CHECK (
    status IN ('created', 'authorising', 'authorised', 'capturing', 'voiding', 'captured', 'declined', 'failed')
  ),
  items jsonb NOT NULL,
  lines jsonb,
  amount bigint CHECK (amount > 0),
  currency text CHECK (currency ~ '^[A-Z]{3}$'),
  refunded bigint NOT NULL DEFAULT 0 CHECK (refunded >= 0),
  card_brand text NOT NULL,
  card_last4 text NOT NULL CHECK (card_last4 ~ '^[0-9]{4}$'),
  failure_code text,
  failure_detail text,
  lease uuid,
  due_at timestamptz,
  attempts integer NOT NULL DEFAULT 0,
  idempotency_key text,
  fingerprint text,
  answer_status integer,
  answer_body jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  -- Keys that were swept are null, and null is like nothing else.
  CONSTRAINT payments_idempotency_key UNIQUE (customer_id, idempotency_key),
  CONSTRAINT payments_over CHECK ((status IN ('captured', 'declined', 'failed')) = (due_at IS NULL)),
  CONSTRAINT payments_priced CHECK (
    status IN ('created', 'failed') OR (amount IS NOT NULL AND currency IS NOT NULL AND lines IS NOT NULL)
  ),
  CONSTRAINT payments_explained CHECK (
    (status IN ('voiding', 'declined', 'failed')) = (failure_code IS NOT NULL AND failure_detail IS NOT NULL)
  ),
  CONSTRAINT payments_refunded CHECK (refunded = 0 OR (status = 'captured' AND refunded <= amount))
);

-- Pages of a customer's payments run along this index.
CREATE INDEX payments_customer_id ON payments (customer_id, id);

CREATE INDEX payments_due ON payments (due_at) WHERE due_at IS NOT NULL;

CREATE INDEX payments_keys_by_age ON payments (created_at) WHERE idempotency_key IS NOT NULL;

-- Money given back. Its amount counts as refunded from the moment it is asked for, until the provider refuses.
CREATE TABLE refunds (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  payment_id uuid NOT NULL REFERENCES payments,
  admin_id uuid NOT NULL,
  status text NOT NULL DEFAULT 'refunding' CHECK (status IN ('refunding', 'refunded', 'failed')),
  amount bigint NOT NULL CHECK (amount > 0),
  currency text NOT NULL,
  reason text NOT NULL,
  lease uuid,
  due_at timestamptz,
  attempts integer NOT NULL DEFAULT 0,
  idempotency_key text,
  fingerprint text,
  answer_status integer,
  answer_body jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT refunds_idempotency_key UNIQUE (admin_id, idempotency_key),
  CONSTRAINT refunds_over CHECK ((status IN ('refunded', 'failed')) = (due_at IS NULL))
);

CREATE INDEX refunds_payment_id ON refunds (payment_id, id);

CREATE INDEX refunds_due ON refunds (due_at) WHERE due_at IS NOT NULL;

CREATE INDEX refunds_keys_by_age ON refunds (created_at) WHERE idempotency_key IS NOT NULL;
