import {
  outOfStock,
  productUnknown,
  reservationConflict,
  reservationEnded,
  type Reservation,
} from '@fairlead/catalog-api';
import type { Queryable, Row } from '@fairlead/database';
import * as statements from './reservation-statements.ts';

/** What is to be reserved: so many of a product. */
export interface WantedItem {
  productId: string;
  quantity: number;
}

export interface ReserveResult {
  reservation: Reservation;
  /** Whether it was made just now; otherwise it was there. */
  isNew: boolean;
}

/**
 * Takes everything wanted out of stock, or nothing: run it in a transaction.
 * @throws {Problem} `catalog/out-of-stock`, `catalog/product-unknown`, `catalog/reservation-conflict`, `catalog/reservation-ended`
 */
export async function reserveStock(
  transaction: Queryable,
  id: string,
  wanted: readonly WantedItem[],
  holdSeconds: number,
): Promise<ReserveResult> {
  const [made] = await transaction.query(statements.insertReservation, [id, holdSeconds]);
  if (!made) return { reservation: await getSame(transaction, id, wanted), isNew: false };
  await checkStock(transaction, wanted);
  const rows = await transaction.query(statements.takeStock, [
    id,
    wanted.map(({ productId }) => productId),
    wanted.map(({ quantity }) => quantity),
  ]);
  return { reservation: toReservation(id, { status: 'held', expires_at: made.expires_at }, rows), isNew: true };
}

/** @throws {Problem} `catalog/reservation-ended` where there is none, or it holds nothing any more */
export async function getReservation(transaction: Queryable, id: string): Promise<Reservation> {
  const [row] = await transaction.query(statements.findReservation, [id]);
  if (!row) throw reservationEnded(`there is no reservation ${id}`);
  if (row.status === 'released' || (row.status === 'held' && row.is_over)) {
    throw reservationEnded(`the reservation ${id} has expired or was released`);
  }
  return toReservation(id, row, await transaction.query(statements.listItems, [id]));
}

async function getSame(transaction: Queryable, id: string, wanted: readonly WantedItem[]): Promise<Reservation> {
  const reservation = await getReservation(transaction, id);
  const held = new Map(reservation.items.map(({ productId, quantity }) => [productId, quantity]));
  const isSame = held.size === wanted.length && wanted.every((item) => held.get(item.productId) === item.quantity);
  if (!isSame) throw reservationConflict(`the reservation ${id} holds other products or quantities`);
  return reservation;
}

async function checkStock(transaction: Queryable, wanted: readonly WantedItem[]): Promise<void> {
  const locked = await transaction.query(statements.lockProducts, [wanted.map(({ productId }) => productId)]);
  const stock = new Map(locked.map((product) => [product.id, product.stock]));
  for (const { productId } of wanted) {
    if (!stock.has(productId)) throw productUnknown(`no product has the id ${productId}`);
  }
  for (const { productId, quantity } of wanted) {
    const left = stock.get(productId) ?? 0;
    if (left < quantity) throw outOfStock(`${left} of the product ${productId} are left, not ${quantity}`);
  }
}

type ReservationRow = Pick<Row<(typeof statements.findReservation)['columns']>, 'status' | 'expires_at'>;
type ItemRow = Row<(typeof statements.listItems)['columns']>;

function toReservation(id: string, { status, expires_at }: ReservationRow, items: readonly ItemRow[]): Reservation {
  return {
    id,
    // The check of the column allows the same four.
    status: status as Reservation['status'],
    expiresAt: expires_at.toISOString(),
    items: items
      .map((item) => ({
        productId: item.product_id,
        quantity: item.quantity,
        price: { amount: item.price_amount, currency: item.price_currency },
      }))
      .sort((one, other) => (one.productId < other.productId ? -1 : 1)),
  };
}
