import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { GOOD_CARD, type PersistentShop } from './buyers.ts';

/** One request of the traffic; status 0 stands for no answer. */
export interface Sample {
  what: 'browse' | 'buy' | 'sign in';
  status: number;
  milliseconds: number;
  body: unknown;
}

export interface Traffic {
  /** Every request until now. */
  samples: Sample[];
  /** Sends no more, and resolves with all when the last is answered. */
  stop: () => Promise<Sample[]>;
}

interface Customer {
  token: string;
  productId: string;
  account: { email: string; password: string };
}

const EVERY_MS: Record<Sample['what'], number> = { browse: 100, buy: 400, 'sign in': 1000 };

/** People who browse, buy and sign in, each request sent once: nothing is retried on their behalf. */
export function startTraffic(shop: PersistentShop, customer: Customer): Traffic {
  const controller = new AbortController();
  const samples: Sample[] = [];
  const actions = {
    browse: () => browse(shop),
    buy: () => buy(shop, customer),
    'sign in': () => signIn(shop, customer),
  };
  const repeat = async (what: Sample['what']): Promise<void> => {
    const underWay: Promise<void>[] = [];
    while (!controller.signal.aborted) {
      underWay.push(measure(what, actions[what]).then((sample) => void samples.push(sample)));
      await delay(EVERY_MS[what], undefined, { signal: controller.signal }).catch(() => undefined);
    }
    await Promise.all(underWay);
  };
  const all = Promise.all((Object.keys(actions) as Sample['what'][]).map(repeat));
  return {
    samples,
    async stop() {
      controller.abort();
      await all;
      return samples;
    },
  };
}

async function measure(what: Sample['what'], act: () => Promise<{ status: number; body: unknown }>): Promise<Sample> {
  const started = performance.now();
  const { status, body } = await act().catch((error: unknown) => ({ status: 0, body: String(error) }));
  return { what, status, milliseconds: Math.round(performance.now() - started), body };
}

const browse = (shop: PersistentShop) => shop.send('GET', '/products?limit=5');

const signIn = (shop: PersistentShop, { account }: Customer) => shop.send('POST', '/users/sessions', { body: account });

const buy = (shop: PersistentShop, { token, productId }: Customer) =>
  shop.send('POST', '/payments', {
    token,
    body: {
      items: [{ productId, quantity: 1 }],
      card: { number: GOOD_CARD, expiryMonth: 12, expiryYear: 2030, cvc: '123' },
    },
    headers: { 'Idempotency-Key': randomUUID() },
  });

export const slowest = (samples: readonly Sample[]): number =>
  Math.max(0, ...samples.map(({ milliseconds }) => milliseconds));
