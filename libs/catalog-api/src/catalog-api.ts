import { defineContract, type RouteContract } from '@fairlead/contracts';
import { databaseUnavailable, defineProblem } from '@fairlead/problem';
import { z } from 'zod';

export const outOfStock = defineProblem({
  code: 'catalog/out-of-stock',
  kind: 'conflict',
  meaning: 'There is less in stock than was asked for of one of the products. Nothing was reserved.',
});

export const productUnknown = defineProblem({
  code: 'catalog/product-unknown',
  kind: 'unprocessable',
  meaning: 'One of the products to reserve does not exist. Nothing was reserved.',
});

export const reservationConflict = defineProblem({
  code: 'catalog/reservation-conflict',
  kind: 'conflict',
  meaning: 'A reservation with this id exists already and holds other products.',
});

export const reservationEnded = defineProblem({
  code: 'catalog/reservation-ended',
  kind: 'conflict',
  meaning: 'The reservation does not exist, has expired or was released; its products are for sale again.',
});

/** In lower case, as Postgres writes it, so that two spellings of one id are one id. */
const id = z.uuid('must be a UUID').toLowerCase();

const params = z.strictObject({ id });

const item = z.strictObject({ productId: id, quantity: z.int().min(1).max(1000) });

/** Pieces of one product. */
export type Item = z.output<typeof item>;

/** What is bought or reserved at once: each product once, so that two lines cannot disagree. */
export const items = z
  .array(item)
  .min(1)
  .max(50)
  .refine((all) => new Set(all.map(({ productId }) => productId)).size === all.length, 'must name each product once');

/** Money as whole minor units of an ISO 4217 currency. */
export const money = z.strictObject({ amount: z.int(), currency: z.string() });

const reservation = z.strictObject({
  id: z.uuid(),
  /** `held` until `expiresAt`; `committed` without an end, as the payment is being taken; then `sold` or `released`. */
  status: z.enum(['held', 'committed', 'sold', 'released']),
  expiresAt: z.iso.datetime(),
  /** At the prices of when they were reserved. */
  items: z.array(z.strictObject({ productId: z.uuid(), quantity: z.int(), price: money })),
});

export type Reservation = z.output<typeof reservation>;

/** Outside of the public path of catalog, so that the load balancer leads nobody here. */
export const reservationRoutes = {
  reserveStock: {
    method: 'put',
    path: '/reservations/:id',
    summary: 'Take products out of stock for a purchase, all of them or none. The id is the purchase.',
    audience: 'service',
    params,
    body: z.strictObject({ items }),
    responses: { 200: { description: 'The reservation, new or as it was made before.', body: reservation } },
    problems: [outOfStock, productUnknown, reservationConflict, reservationEnded, databaseUnavailable],
  },
  commitReservation: {
    method: 'put',
    path: '/reservations/:id/commitment',
    summary: 'Keep a reservation until its payment is decided; it does not expire any more.',
    audience: 'service',
    params,
    responses: { 200: { description: 'The reservation.', body: reservation } },
    problems: [reservationEnded, databaseUnavailable],
  },
} as const satisfies Record<string, RouteContract>;

const paymentEvent = z.strictObject({
  /** Of the event, the same each time it is delivered. */
  id,
  type: z.enum(['payment.captured', 'payment.failed', 'payment.refunded']),
  occurredAt: z.iso.datetime(),
  /** Of the payment, which is also that of its reservation. */
  paymentId: id,
});

export type PaymentEvent = z.output<typeof paymentEvent>;

export const eventRoutes = {
  takePaymentEvent: {
    method: 'post',
    path: '/payment-events',
    summary: 'What became of a payment: sells its reservation, or releases it. The same event has no effect twice.',
    audience: 'service',
    idempotent: true,
    body: paymentEvent,
    responses: { 204: { description: 'It was taken, now or before.' } },
    problems: [databaseUnavailable],
  },
} as const satisfies Record<string, RouteContract>;

/** What other services may ask of catalog. */
export const catalogApi = defineContract({
  service: 'catalog',
  title: 'Catalog, for other services',
  description: 'Reservations of stock.',
  version: '0.1.0',
  routes: { ...reservationRoutes, ...eventRoutes },
});
