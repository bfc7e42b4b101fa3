import { createHmac, randomUUID } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { API_KEY, WEBHOOK_KEY, createStateFile, startProvider, startReceiver } from '../test/start-provider.ts';
import { TEST_CARDS, passesLuhn } from './cards.ts';

const numberOf = (name: string) => TEST_CARDS.find((card) => card.name === name)!.number;

const chargeWith = (name: string, amount = 1250) => ({
  amount,
  currency: 'EUR',
  card: { number: numberOf(name), expiryMonth: 12, expiryYear: 2030, cvc: '123' },
});

const isGenuine = ({ body, headers }: { body: string; headers: Record<string, unknown> }) => {
  const [, seconds, digest] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers['provider-signature'] as string)!;
  return digest === createHmac('sha256', WEBHOOK_KEY).update(`${seconds!}.${body}`).digest('hex');
};

describe('a charge', () => {
  test('is authorised, captured and refunded in parts, and each step repeated changes nothing', async () => {
    const { call } = await startProvider();
    const authorised = {
      id: 'p1',
      status: 'authorised',
      amount: 1250,
      currency: 'EUR',
      capturedAmount: 0,
      refundedAmount: 0,
    };
    for (let time = 0; time < 2; time++) {
      expect(await call('PUT', '/charges/p1', chargeWith('approve'))).toEqual({ status: 200, body: authorised });
    }
    const captured = { ...authorised, status: 'captured', capturedAmount: 1250 };
    for (let time = 0; time < 2; time++) {
      expect(await call('POST', '/charges/p1/capture')).toEqual({ status: 200, body: captured });
    }
    const refund = { id: 'r1', amount: 1000, status: 'refunded' };
    for (let time = 0; time < 2; time++) {
      expect(await call('PUT', '/charges/p1/refunds/r1', { amount: 1000 })).toEqual({ status: 200, body: refund });
    }
    expect(await call('GET', '/charges/p1/refunds/r1')).toEqual({ status: 200, body: refund });
    expect(await call('PUT', '/charges/p1/refunds/r2', { amount: 250 })).toMatchObject({ status: 200 });
    const refunded = { ...captured, refundedAmount: 1250 };
    expect(await call('GET', '/charges/p1')).toEqual({ status: 200, body: refunded });
    expect(await call('GET', '/charges')).toEqual({ status: 200, body: { charges: [refunded] } });
  });

  const wrongDigit = { ...chargeWith('approve'), card: { ...chargeWith('approve').card, number: '4242424242424241' } };

  test.each([
    {
      given: 'captured',
      asked: 'other terms',
      call: ['PUT', '', chargeWith('approve', 99)],
      answer: [409, 'conflict'],
    },
    { given: 'captured', asked: 'to be voided', call: ['POST', '/void'], answer: [409, 'captured'] },
    {
      given: 'captured',
      asked: 'a refund of more than it',
      call: ['PUT', '/refunds/r', { amount: 1251 }],
      answer: [409, 'exceeds-captured'],
    },
    {
      given: 'authorised',
      asked: 'a refund',
      call: ['PUT', '/refunds/r', { amount: 1 }],
      answer: [409, 'exceeds-captured'],
    },
    { given: 'voided', asked: 'to be captured', call: ['POST', '/capture'], answer: [409, 'voided'] },
    { given: 'declined', asked: 'to be captured', call: ['POST', '/capture'], answer: [409, 'declined'] },
    { given: 'unknown', asked: 'to be captured', call: ['POST', '/capture'], answer: [404, 'not-found'] },
    { given: 'unknown', asked: 'to be shown', call: ['GET', ''], answer: [404, 'not-found'] },
    { given: 'unknown', asked: 'a refund', call: ['PUT', '/refunds/r', { amount: 1 }], answer: [404, 'not-found'] },
    { given: 'authorised', asked: 'for another refund', call: ['GET', '/refunds/r'], answer: [404, 'not-found'] },
    { given: 'unknown', asked: 'for nothing', call: ['PUT', '', chargeWith('approve', 0)], answer: [400, 'invalid'] },
    { given: 'unknown', asked: 'of a mistyped card', call: ['PUT', '', wrongDigit], answer: [400, 'invalid'] },
  ] as const)('that is $given and asked $asked is refused', async ({ given, call: request, answer }) => {
    const { call } = await startProvider();
    if (given !== 'unknown') await call('PUT', '/charges/p1', chargeWith(given === 'declined' ? 'decline' : 'approve'));
    if (given === 'captured') await call('POST', '/charges/p1/capture');
    if (given === 'voided') await call('POST', '/charges/p1/void');
    const [method, path, body] = request;
    const [status, code] = answer;
    expect(await call(method, `/charges/p1${path}`, body)).toMatchObject({ status, body: { code } });
  });

  test('that is voided before it comes never takes effect', async () => {
    const { call } = await startProvider();
    expect(await call('POST', '/charges/late/void')).toMatchObject({ status: 200, body: { status: 'voided' } });
    expect(await call('PUT', '/charges/late', chargeWith('approve'))).toMatchObject({
      status: 200,
      body: { status: 'voided', capturedAmount: 0 },
    });
    expect(await call('POST', '/charges/late/capture')).toMatchObject({ status: 409, body: { code: 'voided' } });
  });

  test('over another amount of a refund that was made is refused', async () => {
    const { call } = await startProvider();
    await call('PUT', '/charges/p1', chargeWith('approve'));
    await call('POST', '/charges/p1/capture');
    await call('PUT', '/charges/p1/refunds/r1', { amount: 10 });
    expect(await call('PUT', '/charges/p1/refunds/r1', { amount: 11 })).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    });
  });

  test('is refused without the right key', async () => {
    const { call } = await startProvider();
    expect(await call('GET', '/charges', undefined, 'wrong')).toMatchObject({
      status: 401,
      body: { code: 'unauthenticated' },
    });
  });
});

describe('a test card', () => {
  test('passes the Luhn check, has a name and a number of its own, and stands in the README', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    for (const { number, behaviour } of TEST_CARDS) {
      expect(passesLuhn(number)).toBe(true);
      expect(readme).toMatch(new RegExp(`\\| ${number} +\\| ${behaviour.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')} +\\|`));
    }
    expect(new Set(TEST_CARDS.flatMap(({ name, number }) => [name, number])).size).toBe(TEST_CARDS.length * 2);
  });

  test.each([
    ['decline', 'declined'],
    ['insufficient-funds', 'insufficient-funds'],
  ])('called %s is declined', async (name, declineReason) => {
    const receiver = await startReceiver();
    const { call } = await startProvider({ receiver });
    expect((await call('PUT', '/charges/p1', chargeWith(name))).body).toMatchObject({
      status: 'declined',
      declineReason,
    });
    const [delivery] = await receiver.received(1);
    expect(delivery!.event).toMatchObject({ type: 'charge.declined', chargeId: 'p1' });
  });

  test('is the only kind that is charged', async () => {
    const { call } = await startProvider();
    const request = chargeWith('approve');
    expect(
      (await call('PUT', '/charges/p1', { ...request, card: { ...request.card, number: '5555555555554444' } })).body,
    ).toMatchObject({ status: 'declined', declineReason: 'not-a-test-card' });
  });

  test('called slow is answered late', async () => {
    const { call } = await startProvider();
    const started = performance.now();
    expect(await call('PUT', '/charges/p1', chargeWith('slow'))).toMatchObject({ body: { status: 'authorised' } });
    expect(performance.now() - started).toBeGreaterThan(40);
  });

  test('called lost-reply is authorised though nobody hears of it, and answered when asked again', async () => {
    const { call } = await startProvider();
    await expect(call('PUT', '/charges/p1', chargeWith('lost-reply'))).rejects.toThrow('fetch failed');
    expect(await call('GET', '/charges/p1')).toMatchObject({ body: { status: 'authorised' } });
    expect(await call('PUT', '/charges/p1', chargeWith('lost-reply'))).toMatchObject({
      body: { status: 'authorised' },
    });
  });

  test('called captured-in-silence is captured, though the one who asked gets no answer', async () => {
    const receiver = await startReceiver();
    const { call } = await startProvider({ receiver });
    await call('PUT', '/charges/p1', chargeWith('captured-in-silence'));
    const capture = call('POST', '/charges/p1/capture');
    await receiver.received(1);
    expect(await call('GET', '/charges/p1')).toMatchObject({ body: { status: 'captured' } });
    expect(await call('POST', '/charges/p1/capture')).toMatchObject({ body: { status: 'captured' } });
    await expect(capture).rejects.toThrow('fetch failed');
  });

  test('called repeated-webhook has every event delivered three times', async () => {
    const receiver = await startReceiver();
    const { call } = await startProvider({ receiver });
    await call('PUT', '/charges/p1', chargeWith('repeated-webhook'));
    await call('POST', '/charges/p1/capture');
    const deliveries = await receiver.received(3);
    expect(new Set(deliveries.map(({ event }) => event.id)).size).toBe(1);
    expect(deliveries.every(isGenuine)).toBe(true);
  });

  test('called forged-webhook has a lie delivered before every event', async () => {
    const receiver = await startReceiver();
    const { call } = await startProvider({ receiver });
    await call('PUT', '/charges/p1', chargeWith('forged-webhook'));
    await call('POST', '/charges/p1/capture');
    const deliveries = await receiver.received(2);
    expect(deliveries.map(({ event }) => event.type)).toEqual(['charge.declined', 'charge.captured']);
    expect(deliveries.map(isGenuine)).toEqual([false, true]);
  });
});

describe('a webhook', () => {
  test('that is not taken is sent again until it is, signed anew', async () => {
    const receiver = await startReceiver();
    receiver.status = 503;
    const { call, log } = await startProvider({ receiver });
    await call('PUT', '/charges/p1', chargeWith('approve'));
    await call('POST', '/charges/p1/capture');
    await receiver.received(3);
    receiver.status = 204;
    const count = receiver.deliveries.length;
    const deliveries = await receiver.received(count + 1);
    expect(deliveries.every(isGenuine)).toBe(true);
    expect(new Set(deliveries.map(({ event }) => event.id)).size).toBe(1);
    expect(log.join('\n')).toContain('webhook not taken');
  });

  test('that was not taken when the provider stopped is sent by the next one', async () => {
    const receiver = await startReceiver();
    receiver.status = 500;
    const state = await createStateFile();
    const first = await startProvider({ receiver, state });
    await first.call('PUT', '/charges/p1', chargeWith('approve'));
    await first.call('POST', '/charges/p1/capture');
    const [refused] = await receiver.received(1);
    await first.stop();
    receiver.deliveries.length = 0;
    receiver.status = 204;
    await startProvider({ receiver, state });
    const [taken] = await receiver.received(1);
    expect(taken!.event).toEqual(refused!.event);
  });
});

describe('the journal', () => {
  test('brings every charge back, also after a line that was cut off', async () => {
    const state = await createStateFile();
    const receiver = await startReceiver();
    const first = await startProvider({ receiver, state });
    await first.call('PUT', '/charges/p1', chargeWith('approve'));
    await first.call('POST', '/charges/p1/capture');
    await first.call('PUT', '/charges/p1/refunds/r1', { amount: 5 });
    await first.call('PUT', '/charges/p2', chargeWith('decline'));
    await first.call('POST', '/charges/p3/void');
    await receiver.received(3);
    const before = await first.call('GET', '/charges');
    await first.stop();
    await appendFile(state, '{"type":"captured","chargeId":"p');

    const second = await startProvider({ receiver, state });
    expect(await second.call('GET', '/charges')).toEqual(before);
    await second.call('PUT', '/charges/p4', chargeWith('approve'));
    const after = await second.call('GET', '/charges');
    await second.stop();
    expect(await (await startProvider({ receiver, state })).call('GET', '/charges')).toEqual(after);
  });

  test('and the log hold no card number and no key', async () => {
    const state = await createStateFile();
    const { call, log } = await startProvider({ state });
    for (const { name } of TEST_CARDS) {
      await call('PUT', `/charges/${randomUUID()}`, chargeWith(name)).catch(() => undefined);
    }
    const kept = [await readFile(state, 'utf8'), ...log].join('\n');
    for (const { number } of TEST_CARDS) expect(kept).not.toContain(number);
    expect(kept).toContain('4242');
    for (const secret of [API_KEY, WEBHOOK_KEY, '"123"']) expect(kept).not.toContain(secret);
  });
});
