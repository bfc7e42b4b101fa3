import { isOutage, type Advance } from '../payment/payment-progress.ts';
import type { PaymentStore } from '../payment/payment-store.ts';
import type { AdvanceRefund } from '../refund/refund-progress.ts';
import type { RefundStore } from '../refund/refund-store.ts';

export interface ReconcileParts {
  payments: PaymentStore;
  refunds: RefundStore;
  advance: Advance;
  advanceRefund: AdvanceRefund;
  /** Told of outages that kept work from being put aside in order; it is tried again when its lease is over. */
  onOutage: (error: unknown) => void;
  /** Told of what is nobody's outage, so that somebody looks at it; it is tried again all the same. */
  onError: (error: unknown) => void;
}

const BATCH = 5;

/**
 * Goes on with payments and refunds that nobody works on, until none is due. Every task does this at once; the database
 * gives each of them different ones.
 */
export async function reconcile(parts: ReconcileParts, signal: AbortSignal): Promise<void> {
  const { payments, refunds, advance, advanceRefund, onOutage, onError } = parts;
  const report = (error: unknown) => {
    (isOutage(error) ? onOutage : onError)(error);
  };
  while (!signal.aborted) {
    const [duePayments, dueRefunds] = await Promise.all([payments.takeDue(BATCH), refunds.takeDue(BATCH)]);
    const works = [...duePayments.map((work) => advance(work)), ...dueRefunds.map((work) => advanceRefund(work))];
    if (works.length === 0) return;
    await Promise.all(works.map((work) => work.catch(report)));
  }
}
