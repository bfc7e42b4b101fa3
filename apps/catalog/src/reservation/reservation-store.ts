import type { PaymentEvent, Reservation } from '@fairlead/catalog-api';
import type { Database } from '@fairlead/database';
import * as statements from './reservation-statements.ts';
import { getReservation, reserveStock, type ReserveResult, type WantedItem } from './reserve-stock.ts';
import { returnStock, settleReservation, type Settlement } from './settle-reservation.ts';

/** Few enough that nobody waits for long for a product that expiry has locked. */
const EXPIRY_BATCH = 50;

/** The reservations in the database; each operation is done whole or not at all. */
export interface ReservationStore {
  /** @throws {Problem} as {@link reserveStock} does */
  reserve(id: string, wanted: readonly WantedItem[]): Promise<ReserveResult>;
  /** @throws {Problem} `catalog/reservation-ended` */
  commit(id: string): Promise<Reservation>;
  settle(event: PaymentEvent): Promise<Settlement>;
  /** Releases some of those whose time is over. Returns how many; 0 when there are no more. */
  expire(): Promise<number>;
}

export function createReservationStore(
  database: Pick<Database, 'transaction'>,
  { holdSeconds }: { holdSeconds: number },
): ReservationStore {
  return {
    reserve: (id, wanted) => database.transaction((transaction) => reserveStock(transaction, id, wanted, holdSeconds)),
    commit: (id) =>
      database.transaction(async (transaction) => {
        await transaction.query(statements.commitReservation, [id]);
        return getReservation(transaction, id);
      }),
    settle: (event) => database.transaction((transaction) => settleReservation(transaction, event)),
    expire: () =>
      database.transaction(async (transaction) => {
        const released = await transaction.query(statements.releaseExpired, [EXPIRY_BATCH]);
        if (released.length > 0) {
          await returnStock(
            transaction,
            released.map(({ id }) => id),
          );
        }
        return released.length;
      }),
  };
}
