import type { PaymentEvent, Reservation } from '@fairlead/catalog-api';
import type { ServiceContext } from '@fairlead/service';
import type { Settlement } from './settle-reservation.ts';

/** What happens to stock on its way to a buyer, for those who run the shop. */
export interface ReservationEvents {
  reserved(reservation: Reservation): void;
  settled(event: PaymentEvent, settlement: Settlement): void;
  expired(count: number): void;
  expiryFailed(error: unknown): void;
}

export function createReservationEvents({
  logger,
  metrics,
}: Pick<ServiceContext, 'logger' | 'metrics'>): ReservationEvents {
  return {
    reserved: ({ id, items }) => {
      metrics.count('ReservationsMade');
      logger.info({ reservationId: id, products: items.length }, 'stock reserved');
    },
    settled: ({ type, paymentId }, settlement) => {
      if (settlement === 'sold') metrics.count('ReservationsSold');
      if (settlement === 'released') metrics.count('ReservationsReleased');
      if (settlement !== 'contradicted') {
        logger.info({ reservationId: paymentId, type, settlement }, 'payment event taken');
        return;
      }
      metrics.count('ReservationsContradicted');
      logger.error(
        { reservationId: paymentId, type },
        'payment contradicts its reservation; correct the stock by hand',
      );
    },
    expired: (count) => {
      metrics.count('ReservationsExpired', count);
      logger.info({ count }, 'reservations expired');
    },
    expiryFailed: (error) => {
      logger.warn({ error }, 'expired reservations not released');
    },
  };
}
