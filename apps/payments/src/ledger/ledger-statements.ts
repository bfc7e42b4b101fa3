import { statement } from '@fairlead/database';

/** One debit and one credit of the same amount. */
export const bookTransfer = statement({
  name: 'book-transfer',
  text: `WITH transfer AS (
      INSERT INTO ledger_transfers (payment_id, refund_id, currency) VALUES ($1, $2, $3) RETURNING id
    )
    INSERT INTO ledger_entries (transfer_id, account, amount)
    SELECT transfer.id, entry.account, entry.amount
    FROM transfer, (VALUES ($4::text, $6::bigint), ($5::text, -$6::bigint)) AS entry (account, amount)`,
  parameters: ['uuid', 'uuid nullable', 'text', 'text', 'text', 'int8'],
  columns: {},
});
