import { createTestSecret } from '@fairlead/auth/testing';
import { runInRequest, type RequestContext } from '@fairlead/request-context';
import { createTestContext } from '@fairlead/service/testing';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { CARD } from '../../test/start-payments.ts';
import { HttpProvider } from './http-provider.ts';
import { ProviderUnavailableError, type ProviderAccount } from './provider.ts';

const SIMULATOR = fileURLToPath(new URL('../../../../tools/payment-provider/src/main.ts', import.meta.url));

const MONEY = { amount: 2500n, currency: 'EUR' };

/** The simulator that the platform runs with on a laptop, as the process that it is. */
async function startSimulator(): Promise<ProviderAccount> {
  const folder = await mkdtemp(join(tmpdir(), 'payments-provider-'));
  const account = { url: '', apiKey: `key-${randomUUID()}`, webhookKey: `webhook-${randomUUID()}` };
  const child = spawn(process.execPath, [SIMULATOR, '--port', '0', '--state', join(folder, 'journal.jsonl')], {
    env: {
      PATH: process.env.PATH ?? '',
      PROVIDER_API_KEY: account.apiKey,
      PROVIDER_WEBHOOK_KEY: account.webhookKey,
      // Nobody takes them: it gives up in time.
      PROVIDER_WEBHOOK_URL: 'http://127.0.0.1:9/payments/webhooks',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
    await rm(folder, { recursive: true });
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { port } = JSON.parse(line) as { port: number };
  return { ...account, url: `http://127.0.0.1:${port}` };
}

async function start({ timeoutMs = 4000 } = {}) {
  const account = await startSimulator();
  const secret = createTestSecret(account);
  const { tracer } = await createTestContext({ name: 'payments' });
  const provider = new HttpProvider({ account: secret, tracer, timeoutMs });
  onTestFinished(() => provider[Symbol.asyncDispose]());
  return { provider, account, secret };
}

test('a charge is authorised, captured and given back, each as often as it is asked for', async () => {
  const { provider } = await start();
  const [id, refundId] = [randomUUID(), randomUUID()];
  expect(await provider.find(id)).toBeUndefined();
  for (let count = 0; count < 2; count++) {
    expect((await provider.authorise(id, MONEY, CARD)).status).toBe('authorised');
  }
  for (let count = 0; count < 2; count++) expect(await provider.capture(id)).toBe('captured');
  for (let count = 0; count < 2; count++) expect(await provider.refund(id, refundId, MONEY)).toBe('refunded');
  expect(await provider.refund(id, randomUUID(), MONEY)).toBe('refused');
  expect(await provider.void(id)).toBe('captured');
});

test('a charge that was voided before it came is not authorised any more', async () => {
  const { provider } = await start();
  const id = randomUUID();
  expect(await provider.void(id)).toBe('voided');
  expect((await provider.authorise(id, MONEY, CARD)).status).toBe('voided');
  expect(await provider.capture(id)).toBe('voided');
});

test('a declined card says why, and its charge cannot be captured', async () => {
  const { provider } = await start();
  const id = randomUUID();
  const card = { ...CARD, number: '4000000000009995' };
  expect(await provider.authorise(id, MONEY, card)).toEqual({
    status: 'declined',
    declineReason: 'insufficient-funds',
  });
  expect(await provider.capture(id)).toBe('declined');
});

test('a slow answer is waited for', async () => {
  const { provider } = await start();
  const card = { ...CARD, number: '4000000000003022' };
  expect((await provider.authorise(randomUUID(), MONEY, card)).status).toBe('authorised');
});

test('a lost answer is unknown, and the charge is found', async () => {
  const { provider } = await start();
  const id = randomUUID();
  const card = { ...CARD, number: '4000000000003048' };
  await expect(provider.authorise(id, MONEY, card)).rejects.toBeInstanceOf(ProviderUnavailableError);
  expect((await provider.find(id))?.status).toBe('authorised');
});

test('a capture that is not answered in time is unknown, and took effect', async () => {
  const { provider } = await start({ timeoutMs: 300 });
  const id = randomUUID();
  await provider.authorise(id, MONEY, { ...CARD, number: '4000000000003030' });
  await expect(provider.capture(id)).rejects.toBeInstanceOf(ProviderUnavailableError);
  expect((await provider.find(id))?.status).toBe('captured');
});

/** A request that nobody waits for any more in so many milliseconds. */
const requestOf = (leftMs: number): RequestContext => ({
  requestId: 'request',
  deadline: performance.now() + leftMs,
  signal: new AbortController().signal,
  clientAddress: '192.0.2.1',
  trace: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: false },
});

test('a request with a fraction of a millisecond over the time that it takes still asks', async () => {
  const { provider } = await start();
  const id = randomUUID();
  // Less is left of it than the provider may take.
  const { status } = await runInRequest(requestOf(3000.5), () => provider.authorise(id, MONEY, CARD));
  expect(status).toBe('authorised');
});

test('a request that would be over before the answer is written down does not ask', async () => {
  const { provider } = await start();
  const id = randomUUID();
  const asked = runInRequest(requestOf(400), () => provider.authorise(id, MONEY, CARD));
  await expect(asked).rejects.toBeInstanceOf(ProviderUnavailableError);
  expect(await provider.find(id)).toBeUndefined();
});

test('a wrong key is unknown and not a refusal, and does not stand in the error', async () => {
  const { provider, account, secret } = await start();
  secret.rotate({ ...account, apiKey: 'wrong-key-0123456789' });
  const error = await provider.capture(randomUUID()).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ProviderUnavailableError);
  expect(String(error)).not.toContain('wrong-key');
});
