import { randomUUID } from 'node:crypto';
import { formatMoney, type Money } from './money.ts';
import { createTraceId, type Exchange, type Shop } from './shop.ts';
import { StoryError, type Transcript } from './transcript.ts';

export interface Admin {
  email: string;
  password: string;
}

/** Cards with which the simulated provider behaves in a certain way; the README of tools/payment-provider has them all. */
const GOOD_CARD = '4242424242424242';
const DECLINED_CARD = '4000000000000002';

interface Product {
  id: string;
  name: string;
  price: Money;
  stock: number;
}

interface Payment {
  id: string;
  status: string;
  total: Money;
}

/**
 * Tells the story of a customer: sign up, sign in, search, buy, be declined, retry, have the money back.
 * @returns the id of the trace of the purchase
 * @throws {StoryError} where the shop does something else
 */
export async function tellStory(shop: Shop, admin: Admin, transcript: Transcript): Promise<string> {
  const customer = { email: `ada.${randomUUID().slice(0, 8)}@example.com`, password: randomUUID() };
  transcript.step(`Ada signs up as ${customer.email}`);
  const signedUp = await shop.send('POST', '/users', { body: customer });
  transcript.exchange(signedUp, 202, 'accepted; whether the address was known is not said');

  transcript.step('She signs in');
  const token = await signIn(shop, customer, transcript);

  transcript.step('She looks for coffee');
  const product = await search(shop, 'coffee', transcript);

  transcript.step('She buys two');
  const traceId = createTraceId();
  const order = { items: [{ productId: product.id, quantity: 2 }], card: cardOf(GOOD_CARD) };
  const bought = { token, body: order, headers: keyed(randomUUID()) };
  const purchase = await shop.send('POST', '/payments', {
    ...bought,
    headers: { ...bought.headers, ...traced(traceId) },
  });
  const payment = purchase.body as Payment;
  transcript.exchange(purchase, 201, `${purchase.status === 201 ? formatMoney(payment.total) : ''} ${payment.status}`);

  transcript.step('Her connection breaks, so she sends the same again, with the same key');
  const again = await shop.send('POST', '/payments', bought);
  transcript.exchange(again, 201, 'the same payment, charged once');
  requireEqual((again.body as Payment).id, payment.id, 'the id of the payment');

  await beDeclined(shop, { token, productId: product.id }, transcript);
  await refund(shop, { admin, payment, token }, transcript);
  return traceId;
}

async function signIn(shop: Shop, account: Admin, transcript: Transcript): Promise<string> {
  const session = await shop.send('POST', '/users/sessions', { body: account });
  const { accessToken, expiresIn } = session.body as { accessToken: string; expiresIn: number };
  transcript.exchange(session, 201, `an access token for ${expiresIn / 60} minutes`);
  return accessToken;
}

async function search(shop: Shop, words: string, transcript: Transcript): Promise<Product> {
  const found = await shop.send('GET', `/products?q=${encodeURIComponent(words)}&limit=100`);
  const items = found.status === 200 ? (found.body as { items: Product[] }).items : [];
  const product = items.find(({ stock, price }) => stock >= 10 && price.amount > 0);
  transcript.exchange(found, 200, `${items.length} products`);
  if (!product) throw new StoryError(`no product with "${words}" is in stock; was the stack seeded (SEED_PRODUCTS)?`);
  transcript.text(`${product.name}, ${formatMoney(product.price)}, ${product.stock} in stock`);
  return product;
}

async function beDeclined(
  shop: Shop,
  { token, productId }: { token: string; productId: string },
  transcript: Transcript,
): Promise<void> {
  transcript.step('She buys another with a card that is declined, and sends that again too');
  const body = { items: [{ productId, quantity: 1 }], card: cardOf(DECLINED_CARD) };
  const request = { token, body, headers: keyed(randomUUID()) };
  const declined = await shop.send('POST', '/payments', request);
  transcript.exchange(declined, 402, codeOf(declined));
  const again = await shop.send('POST', '/payments', request);
  transcript.exchange(again, 402, 'the same answer; the bank was not asked again');
}

async function refund(
  shop: Shop,
  { admin, payment, token }: { admin: Admin; payment: Payment; token: string },
  transcript: Transcript,
): Promise<void> {
  transcript.step('An admin gives the money back');
  const adminToken = await signIn(shop, admin, transcript);
  const path = `/payments/${payment.id}/refunds`;
  const body = { reason: 'the bag was torn' };
  const refunded = await shop.send('POST', path, { token: adminToken, body, headers: keyed(randomUUID()) });
  transcript.exchange(refunded, 201, `${refunded.status === 201 ? formatMoney(payment.total) : ''} returned`);

  transcript.step('Ada looks at her payment');
  const seen = await shop.send('GET', `/payments/${payment.id}`, { token });
  const refunds = seen.status === 200 ? (seen.body as { refunds: { status: string }[] }).refunds : [];
  transcript.exchange(seen, 200, `${payment.status}, ${refunds.map(({ status }) => status).join(', ')}`);
}

const cardOf = (number: string) => ({ number, expiryMonth: 12, expiryYear: 2030, cvc: '123' });

const keyed = (key: string) => ({ 'Idempotency-Key': key });

/** Asks for the request to be traced, whatever share of requests is. */
const traced = (traceId: string) => ({ 'X-Amzn-Trace-Id': `Root=${traceId};Sampled=1` });

const codeOf = ({ body }: Exchange): string => (body as { code?: string } | undefined)?.code ?? '';

function requireEqual(actual: string, expected: string, what: string): void {
  if (actual !== expected) throw new StoryError(`${what} is ${actual} and not ${expected}`);
}
