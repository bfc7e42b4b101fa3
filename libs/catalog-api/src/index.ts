export {
  catalogApi,
  eventRoutes,
  items,
  money,
  outOfStock,
  productUnknown,
  reservationConflict,
  reservationEnded,
  reservationRoutes,
  type Item,
  type PaymentEvent,
  type Reservation,
} from './catalog-api.ts';
