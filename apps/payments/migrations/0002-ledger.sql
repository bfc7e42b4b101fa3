-- Double entry. A transfer has one currency; its entries, debits above and credits below zero, sum to zero.
CREATE TABLE ledger_transfers (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  payment_id uuid NOT NULL REFERENCES payments,
  refund_id uuid CONSTRAINT ledger_one_transfer_per_refund UNIQUE REFERENCES refunds,
  currency text NOT NULL,
  booked_at timestamptz NOT NULL DEFAULT now()
);

CREATE UNIQUE INDEX ledger_one_capture_per_payment ON ledger_transfers (payment_id) WHERE refund_id IS NULL;

CREATE TABLE ledger_entries (
  transfer_id uuid NOT NULL REFERENCES ledger_transfers,
  account text NOT NULL CHECK (account IN ('provider_receivable', 'sales', 'refunds')),
  amount bigint NOT NULL CHECK (amount <> 0),
  PRIMARY KEY (transfer_id, account)
);

CREATE FUNCTION check_transfer_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  transfer uuid := CASE TG_TABLE_NAME WHEN 'ledger_transfers' THEN (to_jsonb(NEW) ->> 'id')::uuid
    ELSE (to_jsonb(NEW) ->> 'transfer_id')::uuid END;
BEGIN
  IF (SELECT count(*) < 2 OR sum(amount) <> 0 FROM ledger_entries WHERE transfer_id = transfer) THEN
    RAISE EXCEPTION 'the transfer % does not balance', transfer USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END
$$;

-- Deferred: a transfer is whole when its transaction is.
CREATE CONSTRAINT TRIGGER ledger_transfers_balance AFTER INSERT ON ledger_transfers
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_transfer_balance();

CREATE CONSTRAINT TRIGGER ledger_entries_balance AFTER INSERT ON ledger_entries
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_transfer_balance();

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what is booked in % stays; book the opposite instead', TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TRIGGER ledger_transfers_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transfers
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER ledger_entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
