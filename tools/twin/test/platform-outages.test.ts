import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PersistentShop } from './buyers.ts';
import { findSecretArn, query, readSecret, readTaken, secretsOf, untilSettled } from './platform-data.ts';
import { createStateFolder, removeFolder, startTwin, untilNoProcess, type RunningTwin } from './platform.ts';
import { slowest, startTraffic, type Sample } from './traffic.ts';

/**
 * 65 by hand (FAIRLEAD_OUTAGE_SECONDS): longer than a service keeps a secret before it reads it again, so that it goes on with
 * one that is old. Less where every run waits for it.
 */
const OUTAGE_SECONDS = Number(process.env.FAIRLEAD_OUTAGE_SECONDS ?? 4);

/** The longest call to another service takes three seconds; the rest is what a busy machine adds. */
const LONGEST_ANSWER_MS = 5000;

const TIMEOUT_MS = (OUTAGE_SECONDS + 150) * 1000;

let twin: RunningTwin;
let shop: PersistentShop;
let customer: { token: string; productId: string; account: { email: string; password: string } };

beforeAll(async () => {
  twin = await startTwin(await createStateFolder(), ['--no-watch']);
  shop = new PersistentShop(twin.status().entrance);
  const account = { email: `${randomUUID()}@example.com`, password: randomUUID() };
  await shop.until(202, () => shop.send('POST', '/users', { body: account }));
  customer = { account, token: await shop.signIn(account), productId: await stockProduct() };
  // Every task has been asked before: what it never learnt it cannot go on with.
  for (let purchases = 0; purchases < 20; purchases += 1) await shop.buy(customer);
}, 60_000);

/** Puts a product on sale that does not run out. */
async function stockProduct(): Promise<string> {
  const token = await shop.signInAsAdmin(twin.status().aws);
  const body = {
    sku: 'PLENTY-1',
    name: 'Plenty',
    description: 'There is enough of it.',
    category: 'plenty',
    price: { amount: 500, currency: 'EUR' },
    pictureUrl: null,
    stock: 100_000,
  };
  const created = await shop.until(201, () => shop.send('POST', '/products', { token, body }));
  return (created.body as { id: string }).id;
}

afterAll(async () => {
  await twin.stop('SIGTERM');
  await untilNoProcess(twin.state);
  await removeFolder(twin.state);
}, 60_000);

const begin = async (service: string, mode: string, seconds: number) => {
  const body = JSON.stringify({ mode, seconds });
  const { status } = await fetch(`${twin.status().aws}/outages/${service}`, { method: 'PUT', body });
  expect(status).toBe(204);
};

/** Browsing, buying and signing in, each as it should, and in time. */
function expectAllServed(samples: Sample[]): void {
  const expected: Record<Sample['what'], number> = { browse: 200, buy: 201, 'sign in': 201 };
  expect(samples.filter(({ what, status }) => status !== expected[what])).toEqual([]);
  expect(new Set(samples.map(({ what }) => what))).toEqual(new Set(Object.keys(expected)));
  expect(slowest(samples)).toBeLessThan(LONGEST_ANSWER_MS);
}

test.each([
  ['Cloud Map', 'servicediscovery', 'down', OUTAGE_SECONDS],
  ['Cloud Map', 'servicediscovery', 'slow', OUTAGE_SECONDS],
  ['Secrets Manager', 'secretsmanager', 'down', OUTAGE_SECONDS],
  ['Secrets Manager', 'secretsmanager', 'slow', OUTAGE_SECONDS],
  ['X-Ray', 'xray', 'down', OUTAGE_SECONDS],
])(
  'while %s (%s) is %s for %i s, everything goes on',
  async (_name, service, mode, seconds) => {
    const traffic = startTraffic(shop, customer);
    await begin(service, mode, seconds);
    await delay(seconds * 1000 + 1000);
    expectAllServed(await traffic.stop());
  },
  TIMEOUT_MS,
);

/** The process of the payment provider of this twin. */
function findProvider(): number {
  const pid = readdirSync('/proc').find((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const commandLine = readFileSync(`/proc/${name}/cmdline`, 'utf8');
      return commandLine.includes('payment-provider') && commandLine.includes(twin.state);
    } catch {
      return false;
    }
  });
  if (pid === undefined) throw new Error('no payment provider runs');
  return Number(pid);
}

describe('while the payment provider', () => {
  test.each([
    ['hangs', 'SIGSTOP'],
    ['is killed', 'SIGKILL'],
  ] as const)(
    '%s, everything but buying goes on, and every purchase is decided once it is back',
    async (_what, signal) => {
      const provider = findProvider();
      process.kill(provider, signal);
      const traffic = startTraffic(shop, customer);
      const persistent = shop.buy(customer);
      await delay(OUTAGE_SECONDS * 1000);
      if (signal === 'SIGSTOP') process.kill(provider, 'SIGCONT');
      const samples = await traffic.stop();

      expect(slowest(samples)).toBeLessThan(LONGEST_ANSWER_MS);
      const [purchases, others] = split(samples, ({ what }) => what === 'buy');
      expect(others.filter(({ status }) => status !== 200 && status !== 201)).toEqual([]);
      expect(purchases.filter(({ status }) => ![201, 202, 503].includes(status))).toEqual([]);
      // Who asks again with the same key goes on where the purchase stood.
      expect((await persistent).status).toBe(201);

      await untilSettled(twin);
      for (const { body } of purchases.filter(({ status }) => status === 202)) {
        const { id } = body as { id: string };
        const payment = await shop.send('GET', `/payments/${id}`, { token: customer.token });
        expect((payment.body as { status: string }).status).toMatch(/^(captured|failed)$/);
      }
      const [booked] = await query<{ charges: number; amount: number }>(
        twin,
        'payments',
        "SELECT count(*)::integer AS charges, sum(amount)::integer AS amount FROM payments WHERE status = 'captured'",
      );
      expect(await readTaken(twin)).toEqual(booked);
    },
    TIMEOUT_MS,
  );
});

const split = <Item>(items: readonly Item[], isFirst: (item: Item) => boolean): [Item[], Item[]] => [
  items.filter(isFirst),
  items.filter((item) => !isFirst(item)),
];

describe('while secrets are rotated, not one request fails', () => {
  const running = (service: string) =>
    twin
      .status()
      .services.find(({ name }) => name === service)!
      .tasks.filter(({ status }) => status === 'RUNNING');

  /** Ends one task of each service in its order, and resolves when the new ones run: they read what there is now. */
  async function replaceTasks(): Promise<void> {
    const services = ['users', 'catalog', 'payments'];
    const before = services.flatMap(running).map(({ pid }) => pid);
    for (const service of services) process.kill(running(service)[0]!.pid, 'SIGTERM');
    const countNew = () => services.flatMap(running).filter(({ pid }) => !before.includes(pid)).length;
    await expect.poll(countNew, { timeout: 60_000 }).toBe(services.length);
  }

  test(
    'the passwords of the databases',
    async () => {
      const traffic = startTraffic(shop, customer);
      for (const service of ['catalog', 'users', 'payments']) {
        const secret = await readSecret(twin, `${service}-database`);
        const password = randomBytes(24).toString('base64url');
        await query(twin, service, `ALTER ROLE ${service} PASSWORD '${password}'`);
        const SecretId = await findSecretArn(twin, `${service}-database`);
        const SecretString = JSON.stringify({ ...secret, password });
        await secretsOf(twin).send(new PutSecretValueCommand({ SecretId, SecretString }));
      }
      await replaceTasks();
      await delay(1000);
      expectAllServed(await traffic.stop());
    },
    TIMEOUT_MS,
  );

  test(
    'the key that access tokens are signed with',
    async () => {
      const traffic = startTraffic(shop, customer);
      const SecretId = await findSecretArn(twin, 'users-signing-key');
      const { privateKey } = generateKeyPairSync('ed25519');
      const SecretString = JSON.stringify(privateKey.export({ format: 'jwk' }));
      await secretsOf(twin).send(new PutSecretValueCommand({ SecretId, SecretString }));
      await replaceTasks();
      expect(await countPublishedKeys()).toContain(2);
      await delay(1000);
      expectAllServed(await traffic.stop());
    },
    TIMEOUT_MS,
  );

  /** How many keys each task of users publishes. */
  const countPublishedKeys = () =>
    Promise.all(
      running('users').map(async ({ port }) => {
        const response = await fetch(`http://127.0.0.1:${port}/users/jwks.json`);
        return ((await response.json()) as { keys: unknown[] }).keys.length;
      }),
    );
});
