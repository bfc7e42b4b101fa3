-- The id is that of the purchase, given by whoever reserves. One that ended before it began is released and has no items.
CREATE TABLE reservations (
  id uuid PRIMARY KEY,
  status text NOT NULL CHECK (status IN ('held', 'committed', 'sold', 'released')),
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  changed_at timestamptz NOT NULL DEFAULT now()
);

-- Of the many reservations that there ever were, expiry looks at the few that are held.
CREATE INDEX reservations_held ON reservations (expires_at) WHERE status = 'held';

-- Products are no foreign key: one that is deleted leaves the reservations of it as they were.
CREATE TABLE reservation_items (
  reservation_id uuid NOT NULL REFERENCES reservations,
  product_id uuid NOT NULL,
  quantity integer NOT NULL CHECK (quantity > 0),
  price_amount integer NOT NULL,
  price_currency text NOT NULL,
  PRIMARY KEY (reservation_id, product_id)
);

-- Which events were taken, so that each has its effect once.
CREATE TABLE payment_events (
  id uuid PRIMARY KEY,
  type text NOT NULL,
  payment_id uuid NOT NULL,
  occurred_at timestamptz NOT NULL,
  taken_at timestamptz NOT NULL DEFAULT now()
);
