import { expect, test } from 'vitest';
import { buy, startPayments } from '../../test/start-payments.ts';
import type { PaymentDocument } from '../payment/payment.ts';

const TRANSFER = `INSERT INTO ledger_transfers (payment_id, refund_id, currency)
  SELECT payment_id, id, currency FROM refunds RETURNING id`;

async function start() {
  const payments = await startPayments();
  const { id } = (await buy(payments)).body as PaymentDocument;
  await payments.sql(
    `INSERT INTO refunds (payment_id, admin_id, status, amount, currency, reason)
     SELECT id, customer_id, 'failed', 1, 'EUR', 'none' FROM payments WHERE id = $1`,
    [id],
  );
  return payments;
}

test.each([
  ['that does not sum to zero', `('refunds', 100), ('sales', -99)`, 'does not balance'],
  ['with one side only', `('refunds', 100)`, 'does not balance'],
  ['of nothing', `('refunds', 0), ('sales', 0)`, 'ledger_entries_amount_check'],
  ['with an account that does not exist', `('pocket', 100), ('sales', -100)`, 'ledger_entries_account_check'],
])('a transfer %s cannot be booked, whoever writes it', async (_title, entries, message) => {
  const { sql } = await start();
  const book = `WITH transfer AS (${TRANSFER})
    INSERT INTO ledger_entries SELECT id, account, amount FROM transfer, (VALUES ${entries}) AS entry (account, amount)`;
  await expect(sql(book)).rejects.toThrow(message);
});

test('a transfer without entries cannot be booked', async () => {
  const { sql } = await start();
  await expect(sql(TRANSFER)).rejects.toThrow('does not balance');
});

test('a payment cannot be booked twice', async () => {
  const { sql } = await start();
  const again = 'INSERT INTO ledger_transfers (payment_id, currency) SELECT payment_id, currency FROM ledger_transfers';
  await expect(sql(again)).rejects.toThrow('ledger_one_capture_per_payment');
});

test.each([
  'UPDATE ledger_entries SET amount = amount + 1',
  'DELETE FROM ledger_entries',
  'TRUNCATE ledger_transfers CASCADE',
])('what is booked stays: %s is refused', async (statement) => {
  const { sql } = await start();
  await expect(sql(statement)).rejects.toThrow('book the opposite instead');
});
