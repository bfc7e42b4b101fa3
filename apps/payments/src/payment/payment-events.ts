import type { Logger } from '@fairlead/logging';
import type { Metrics } from '@fairlead/metrics';
import { formatMoney } from '../money/money.ts';
import type { Refund } from '../refund/refund.ts';
import type { Payment } from './payment.ts';

/** What happens to payments, for those who run the shop. */
export interface PaymentEvents {
  ended(payment: Payment): void;
  /** It cannot be decided for now; the reconciler goes on with it. */
  interrupted(payment: Payment, error: unknown): void;
  refundEnded(refund: Refund): void;
  refundInterrupted(refund: Refund, error: unknown): void;
}

const METRICS = {
  captured: 'PaymentsCaptured',
  declined: 'PaymentsDeclined',
  failed: 'PaymentsFailed',
} as const satisfies Partial<Record<Payment['status'], string>>;

export const createPaymentEvents = (logger: Logger, metrics: Metrics): PaymentEvents => ({
  ended({ id, status, total, failure }) {
    if (status in METRICS) metrics.count(METRICS[status as keyof typeof METRICS]);
    const fields = { paymentId: id, status, total: total && formatMoney(total), code: failure?.code };
    logger.info(fields, 'payment ended');
  },
  interrupted({ id, status, attempts }, error) {
    metrics.count('PaymentsInterrupted');
    logger.warn({ paymentId: id, status, attempts, error }, 'payment interrupted');
  },
  refundEnded({ id, paymentId, status, amount }) {
    metrics.count(status === 'refunded' ? 'PaymentsRefunded' : 'RefundsRefused');
    logger.info({ paymentId, refundId: id, status, amount: formatMoney(amount) }, 'refund ended');
  },
  refundInterrupted({ id, paymentId, attempts }, error) {
    metrics.count('RefundsInterrupted');
    logger.warn({ paymentId, refundId: id, attempts, error }, 'refund interrupted');
  },
});
