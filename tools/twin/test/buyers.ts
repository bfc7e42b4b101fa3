import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { findAdminPassword } from '../src/demo/find-admin.ts';
import { Shop, type Exchange, type RequestOptions } from '../src/demo/shop.ts';

export const GOOD_CARD = '4242424242424242';

export interface Purchase {
  token: string;
  productId: string;
  card?: string;
}

/** Statuses that say "not now": the same request, with the same key, is right later. */
const NOT_NOW = [409, 429, 500, 502, 503, 504];

const IN_PROGRESS = 'payments/in-progress';

const RETRY_MS = 100;

/** A shop whose customers do not give up: whatever fails is sent again until there is an answer to it. */
export class PersistentShop {
  readonly #shop: Shop;

  constructor(url: string) {
    this.#shop = new Shop(url);
  }

  /** Signs up and in, and gives the access token. */
  async signUp(): Promise<string> {
    const account = { email: `${randomUUID()}@example.com`, password: randomUUID() };
    await this.until(202, () => this.#shop.send('POST', '/users', { body: account }));
    return this.signIn(account);
  }

  async signIn(account: { email: string; password: string }): Promise<string> {
    const { body } = await this.until(201, () => this.#shop.send('POST', '/users/sessions', { body: account }));
    return (body as { accessToken: string }).accessToken;
  }

  async signInAsAdmin(aws: string): Promise<string> {
    return this.signIn({ email: 'admin@shop.example', password: await findAdminPassword(aws) });
  }

  send(method: string, path: string, options?: RequestOptions): Promise<Exchange> {
    return this.#shop.send(method, path, options);
  }

  /** Buys one, and goes on asking with the same key until the purchase is decided. */
  async buy({ token, productId, card = GOOD_CARD }: Purchase): Promise<Exchange> {
    const body = {
      items: [{ productId, quantity: 1 }],
      card: { number: card, expiryMonth: 12, expiryYear: 2030, cvc: '123' },
    };
    const options = { token, body, headers: { 'Idempotency-Key': randomUUID() } };
    for (;;) {
      const exchange = await this.#shop.send('POST', '/payments', options).catch(() => undefined);
      if (exchange && isDecided(exchange)) return exchange;
      await delay(RETRY_MS);
    }
  }

  async until(status: number, attempt: () => Promise<Exchange>): Promise<Exchange> {
    for (;;) {
      const exchange = await attempt().catch(() => undefined);
      if (exchange?.status === status) return exchange;
      if (exchange && !NOT_NOW.includes(exchange.status)) {
        throw new Error(`${exchange.method} ${exchange.path}: ${exchange.status} ${JSON.stringify(exchange.body)}`);
      }
      await delay(RETRY_MS);
    }
  }
}

function isDecided({ status, body }: Exchange): boolean {
  if (status === 202) return false;
  if (status === 409) return (body as { code: string }).code !== IN_PROGRESS;
  return !NOT_NOW.includes(status);
}
