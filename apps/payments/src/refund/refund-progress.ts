import type { PaymentEvents } from '../payment/payment-events.ts';
import { isOutage } from '../payment/payment-progress.ts';
import type { Provider } from '../provider/provider.ts';
import { LeaseLostError, backoffMs, type Leased } from '../recovery/lease.ts';
import type { RefundStore } from './refund-store.ts';
import type { Refund } from './refund.ts';

/** How far a refund came: to its end, or to where something interrupted it. */
export interface RefundProgress {
  refund: Refund;
  interruption?: unknown;
}

/** Takes a refund as far as it goes; requests, their repetitions and the reconciler all do this. */
export type AdvanceRefund = (work: Leased<Refund>) => Promise<RefundProgress>;

export interface RefundProgressParts {
  refunds: RefundStore;
  provider: Provider;
  events: PaymentEvents;
}

/** Makes {@link AdvanceRefund}. */
export function createAdvanceRefund({ refunds, provider, events }: RefundProgressParts): AdvanceRefund {
  return async (work) => {
    const { row } = work;
    try {
      const outcome = await provider.refund(row.paymentId, row.id, row.amount);
      const refund = await refunds.end(work, outcome === 'refunded' ? 'refunded' : 'failed');
      events.refundEnded(refund);
      return { refund };
    } catch (error) {
      if (error instanceof LeaseLostError) return { refund: (await refunds.find(row.id)) ?? row, interruption: error };
      await refunds.release(work, backoffMs(row.attempts));
      if (!isOutage(error)) throw error;
      events.refundInterrupted(row, error);
      return { refund: row, interruption: error };
    }
  };
}
