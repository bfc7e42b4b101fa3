import {
  outOfStock as catalogOutOfStock,
  productUnknown as catalogProductUnknown,
  reservationEnded,
} from '@fairlead/catalog-api';
import type { catalogApi, Reservation } from '@fairlead/catalog-api';
import type { Client } from '@fairlead/client';
import { Problem, type ProblemFactory } from '@fairlead/problem';
import type { Money } from '../money/money.ts';
import { mixedCurrencies, nothingToPay, outOfStock, productUnknown } from './payment-problems.ts';
import type { Failure, Line, Payment } from './payment.ts';

/** What a purchase costs, or why it cannot be made. */
export type Quote = { lines: Line[]; total: Money } | { failure: Failure };

type Catalog = Pick<Client<typeof catalogApi>, 'reserveStock' | 'commitReservation'>;

/** Takes the products out of stock, at the prices of now. Asked again for the same payment, it gives what it gave before. */
export async function reserve(catalog: Catalog, { id, items }: Payment): Promise<Quote> {
  try {
    const { body } = await catalog.reserveStock({ params: { id }, body: { items } });
    return price(body);
  } catch (error) {
    if (isProblem(error, catalogOutOfStock)) return fail(outOfStock, error.message);
    if (isProblem(error, catalogProductUnknown)) return fail(productUnknown, error.message);
    if (isProblem(error, reservationEnded)) return fail(outOfStock, 'the products were held for too long');
    throw error;
  }
}

/** Makes the reservation outlast its time. False: that is over, and the products may be sold to somebody else. */
export async function commit(catalog: Catalog, { id }: Payment): Promise<boolean> {
  try {
    await catalog.commitReservation({ params: { id } });
    return true;
  } catch (error) {
    if (isProblem(error, reservationEnded)) return false;
    throw error;
  }
}

function price({ items }: Reservation): Quote {
  const lines = items.map((item) => ({
    ...item,
    price: { amount: BigInt(item.price.amount), currency: item.price.currency },
  }));
  const [currency = '', ...others] = new Set(lines.map((line) => line.price.currency));
  if (others.length > 0) return fail(mixedCurrencies, `the products are priced in ${[currency, ...others].join(', ')}`);
  const amount = lines.reduce((sum, line) => sum + line.price.amount * BigInt(line.quantity), 0n);
  if (amount === 0n) return fail(nothingToPay, 'the products cost nothing');
  return { lines, total: { amount, currency } };
}

const fail = ({ code }: ProblemFactory, detail: string): Quote => ({ failure: { code, detail } });

export const isProblem = (error: unknown, { code }: ProblemFactory): error is Problem =>
  error instanceof Problem && error.code === code;
