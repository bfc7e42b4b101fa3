import { eventRoutes, reservationRoutes } from '@fairlead/catalog-api';
import { createRouter, type Authorize, type Handlers } from '@fairlead/contracts';
import type { Router } from 'express';
import type { ReservationEvents } from './reservation-events.ts';
import type { ReservationStore } from './reservation-store.ts';

export interface ReservationRoutesOptions {
  reservations: ReservationStore;
  reservationEvents: ReservationEvents;
  authorize: Authorize;
}

const api = { routes: { ...reservationRoutes, ...eventRoutes } };

export const createReservationRoutes = (options: ReservationRoutesOptions): Router =>
  createRouter(api, createHandlers(options), options);

const createHandlers = ({
  reservations,
  reservationEvents: events,
}: ReservationRoutesOptions): Handlers<typeof api> => ({
  async reserveStock({ params: { id }, body: { items } }) {
    const { reservation, isNew } = await reservations.reserve(id, items);
    if (isNew) events.reserved(reservation);
    return { status: 200, body: reservation };
  },
  async commitReservation({ params: { id } }) {
    return { status: 200, body: await reservations.commit(id) };
  },
  async takePaymentEvent({ body: event }) {
    events.settled(event, await reservations.settle(event));
    return { status: 204 };
  },
});
