import { runEvery } from '@fairlead/service';
import type { ReservationEvents } from './reservation-events.ts';
import type { ReservationStore } from './reservation-store.ts';

const INTERVAL_MS = 5000;

export interface ExpiryOptions {
  reservations: Pick<ReservationStore, 'expire'>;
  events: Pick<ReservationEvents, 'expired' | 'expiryFailed'>;
  /** @default 5000 */
  intervalMs?: number;
}

/** Releases what has expired, every few seconds, in every task at once: each passes over what another one is at. */
export const expireReservations = ({
  reservations,
  events,
  intervalMs = INTERVAL_MS,
}: ExpiryOptions): AsyncDisposable =>
  runEvery({
    intervalMs,
    async work(signal) {
      for (let count = 1; count > 0 && !signal.aborted;) {
        count = await reservations.expire();
        if (count > 0) events.expired(count);
      }
    },
    onError: events.expiryFailed,
  });
