-- What others must be told, written with the change that it tells of.
CREATE TABLE outbox (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  sequence bigint GENERATED ALWAYS AS IDENTITY,
  payment_id uuid NOT NULL,
  type text NOT NULL CHECK (type IN ('payment.captured', 'payment.failed', 'payment.refunded')),
  occurred_at timestamptz NOT NULL DEFAULT now(),
  attempts integer NOT NULL DEFAULT 0,
  -- When anybody may publish it; null, it is published.
  due_at timestamptz DEFAULT now()
);

CREATE INDEX outbox_due ON outbox (due_at) WHERE due_at IS NOT NULL;

CREATE INDEX outbox_published_by_age ON outbox (occurred_at) WHERE due_at IS NULL;

-- The events of a payment leave in order: an earlier one that is not published holds back those after it.
CREATE INDEX outbox_order ON outbox (payment_id, sequence) WHERE due_at IS NOT NULL;

-- Webhooks that had their effect, by the provider's id of the event.
CREATE TABLE webhook_events (
  id text PRIMARY KEY,
  received_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX webhook_events_by_age ON webhook_events (received_at);
