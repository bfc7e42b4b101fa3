import { createAuthorize } from '@fairlead/auth';
import { createTestAccess, type TestAccess } from '@fairlead/auth/testing';
import {
  catalogApi,
  outOfStock,
  productUnknown,
  reservationConflict,
  reservationEnded,
  type PaymentEvent,
  type Reservation,
} from '@fairlead/catalog-api';
import { createRouter, type Handlers } from '@fairlead/contracts';
import { createServiceApp } from '@fairlead/service';
import { createTestContext, listen } from '@fairlead/service/testing';
import { randomUUID } from 'node:crypto';

interface Product {
  price: { amount: number; currency: string };
  stock: number;
}

/** The stock of a shop in memory, by the rules of catalog's contract. */
export class TestStock {
  readonly products = new Map<string, Product>();
  readonly reservations = new Map<string, Reservation>();
  /** Every event as it was delivered, with those that came twice. */
  readonly deliveries: PaymentEvent[] = [];
  readonly #taken = new Set<string>();

  add(product: Partial<Product> = {}): string {
    const id = randomUUID();
    this.products.set(id, { price: { amount: 1250, currency: 'EUR' }, stock: 1_000_000, ...product });
    return id;
  }

  /** Pieces of a product in reservations of these statuses. */
  count(productId: string, ...statuses: Reservation['status'][]): number {
    return [...this.reservations.values()]
      .filter(({ status }) => statuses.includes(status))
      .flatMap(({ items }) => items)
      .filter((item) => item.productId === productId)
      .reduce((sum, { quantity }) => sum + quantity, 0);
  }

  reserve(id: string, items: readonly { productId: string; quantity: number }[]): Reservation {
    const known = this.reservations.get(id);
    if (known?.status === 'released') throw reservationEnded('the reservation was released');
    if (known) {
      const isSame = known.items.length === items.length;
      if (!isSame) throw reservationConflict('the reservation holds other products');
      return known;
    }
    const products = items.map(({ productId }) => this.products.get(productId));
    if (products.includes(undefined)) throw productUnknown('no product has this id');
    if (items.some(({ quantity }, index) => quantity > products[index]!.stock)) throw outOfStock('there is less');
    items.forEach(({ quantity }, index) => (products[index]!.stock -= quantity));
    const priced = items.map((item, index) => ({ ...item, price: products[index]!.price }));
    const reservation: Reservation = { id, status: 'held', expiresAt: '2030-01-01T00:00:00.000Z', items: priced };
    this.reservations.set(id, reservation);
    return reservation;
  }

  commit(id: string): Reservation {
    const reservation = this.reservations.get(id);
    if (!reservation || reservation.status === 'released') throw reservationEnded('the reservation has ended');
    if (reservation.status === 'held') reservation.status = 'committed';
    return reservation;
  }

  release(id: string): void {
    const reservation = this.reservations.get(id) ?? { id, status: 'held', expiresAt: '', items: [] };
    if (reservation.status === 'released' || reservation.status === 'sold') return;
    this.reservations.set(id, { ...reservation, status: 'released' });
    for (const { productId, quantity } of reservation.items) this.products.get(productId)!.stock += quantity;
  }

  take(event: PaymentEvent): void {
    this.deliveries.push(event);
    if (this.#taken.has(event.id)) return;
    this.#taken.add(event.id);
    const reservation = this.reservations.get(event.paymentId);
    if (event.type === 'payment.failed') this.release(event.paymentId);
    if (event.type === 'payment.captured' && reservation) reservation.status = 'sold';
  }
}

export interface TestCatalog {
  port: number;
  access: TestAccess;
  stock: TestStock;
  /** What each call runs into before it has an effect; set by a test. */
  faults: { before?: ((route: keyof typeof catalogApi.routes) => void) | undefined };
}

/** Catalog as payments sees it. */
export async function startCatalog(): Promise<TestCatalog> {
  const access = await createTestAccess({ service: 'catalog', callers: ['payments'] });
  const stock = new TestStock();
  const faults: TestCatalog['faults'] = {};
  const handlers: Handlers<typeof catalogApi> = {
    async reserveStock({ params, body }) {
      faults.before?.('reserveStock');
      return Promise.resolve({ status: 200, body: stock.reserve(params.id, body.items) });
    },
    async commitReservation({ params }) {
      faults.before?.('commitReservation');
      return Promise.resolve({ status: 200, body: stock.commit(params.id) });
    },
    async takePaymentEvent({ body }) {
      faults.before?.('takePaymentEvent');
      stock.take(body);
      return Promise.resolve({ status: 204 });
    },
  };
  const router = createRouter(catalogApi, handlers, { authorize: createAuthorize(access) });
  const app = createServiceApp({ ...(await createTestContext({ name: 'catalog' })), routes: [router] });
  return { port: await listen(app), access, stock, faults };
}
