import { GetSecretValueCommand, ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { BatchGetTracesCommand, GetTraceSummariesCommand, XRayClient } from '@aws-sdk/client-xray';
import { randomUUID } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTraceId } from '../src/demo/shop.ts';
import { PersistentShop } from './buyers.ts';
import { secretsOf } from './platform-data.ts';
import { createStateFolder, removeFolder, startTwin, untilNoProcess, type RunningTwin } from './platform.ts';

/** A test number of the card schemes that nobody's code knows. */
const CARD = '5555555555554444';
const PASSWORD = `canary-password-${randomUUID()}`;
const NEW_PASSWORD = `canary-password-${randomUUID()}`;
const TOKEN = `eyJhbGciOiJFZERTQSJ9.${Buffer.from(`canary-${randomUUID()}`).toString('base64url')}.${'c'.repeat(86)}`;

/** Shorter values of secrets, such as names of users, stand in logs by right. */
const SHORTEST_SECRET = 16;

let twin: RunningTwin;
let shop: PersistentShop;

beforeAll(async () => {
  twin = await startTwin(await createStateFolder(), ['--no-watch']);
  shop = new PersistentShop(twin.status().entrance);
}, 60_000);

afterAll(async () => {
  await twin.stop('SIGTERM');
  await untilNoProcess(twin.state);
  await removeFolder(twin.state);
}, 60_000);

interface Operation {
  port: number;
  method: string;
  path: string;
}

/** Every operation of every service, at one of its tasks: also those to which the load balancer leads nobody. */
async function listOperations(): Promise<Operation[]> {
  const documents = twin.status().services.map(async ({ tasks }) => {
    const port = tasks[0]!.port;
    const document = (await (await fetch(`http://127.0.0.1:${port}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, unknown>>;
    };
    return Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ port, method: method.toUpperCase(), path })),
    );
  });
  return (await Promise.all(documents)).flat();
}

/** A request that is full of secrets, where they belong and where they do not. */
async function sendCanaries({ port, method, path }: Operation, authorization: string): Promise<void> {
  const body = JSON.stringify({
    email: 'canary@example.com',
    password: PASSWORD,
    currentPassword: PASSWORD,
    newPassword: PASSWORD,
    refreshToken: TOKEN,
    items: [{ productId: randomUUID(), quantity: 1 }],
    card: { number: CARD, expiryMonth: 1, expiryYear: 2030, cvc: '123' },
    reason: CARD,
    [CARD]: TOKEN,
  });
  const target = path.replace(/\{\w+\}/g, CARD);
  await fetch(`http://127.0.0.1:${port}${target}?password=${PASSWORD}&token=${TOKEN}&q=${CARD}`, {
    method,
    headers: {
      Authorization: authorization,
      'Content-Type': 'application/json',
      'Idempotency-Key': randomUUID(),
      'X-Api-Key': PASSWORD,
      'X-Amzn-Trace-Id': `Root=${createTraceId()};Sampled=1`,
      Cookie: `session=${PASSWORD}`,
    },
    ...(method !== 'GET' && { body }),
  });
}

/** Requests that are right, so that what they carry reaches the stores, the other services and the provider. */
async function useSecrets(account: { email: string; password: string }): Promise<string[]> {
  const { body: session } = await shop.until(201, () => shop.send('POST', '/users/sessions', { body: account }));
  const { accessToken: token, refreshToken } = session as { accessToken: string; refreshToken: string };
  const refreshed = await shop.until(200, () =>
    shop.send('POST', '/users/sessions/refresh', { body: { refreshToken } }),
  );
  const { items } = (await shop.send('GET', '/products?limit=1')).body as { items: { id: string }[] };
  const purchase = {
    items: [{ productId: items[0]?.id, quantity: 1 }],
    card: { number: CARD, expiryMonth: 1, expiryYear: 2030, cvc: '123' },
  };
  const headers = { 'Idempotency-Key': randomUUID() };
  await shop.until(402, () => shop.send('POST', '/payments', { token, headers, body: purchase }));
  const change = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
  await shop.until(204, () => shop.send('PUT', '/users/me/password', { token, body: change }));
  const next = refreshed.body as { accessToken: string; refreshToken: string };
  await shop.until(204, () =>
    shop.send('POST', '/users/sessions/revoke', { body: { refreshToken: next.refreshToken } }),
  );
  return [token, refreshToken, next.accessToken, next.refreshToken];
}

/** Every secret that the platform holds: the texts, and the values in those that are JSON. */
async function listSecretValues(): Promise<string[]> {
  const client = secretsOf(twin);
  const { SecretList = [] } = await client.send(new ListSecretsCommand({ MaxResults: 100 }));
  const values = await Promise.all(
    SecretList.map(async ({ ARN }) => {
      const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: ARN }));
      if (!SecretString.startsWith('{')) return [SecretString];
      const { url: _url, host: _host, ...secret } = JSON.parse(SecretString) as Record<string, string>;
      return Object.values(secret);
    }),
  );
  return values.flat().filter(({ length }) => length >= SHORTEST_SECRET);
}

async function readLogs(): Promise<string> {
  const folder = join(twin.state, 'logs');
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), 'utf8'));
  return (await Promise.all(texts)).join('\n');
}

async function readTraces(): Promise<string> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new XRayClient({ endpoint: twin.status().aws, region: 'us-east-1', credentials });
  const window = { StartTime: new Date(Date.now() - 600_000), EndTime: new Date(Date.now() + 1000) };
  const ids: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(new GetTraceSummariesCommand({ ...window, NextToken }));
    ids.push(...(page.TraceSummaries ?? []).flatMap(({ Id }) => (Id === undefined ? [] : [Id])));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  const texts: string[] = [];
  for (let start = 0; start < ids.length; start += 5) {
    const { Traces } = await client.send(new BatchGetTracesCommand({ TraceIds: ids.slice(start, start + 5) }));
    texts.push(JSON.stringify(Traces));
  }
  return texts.join('\n');
}

test('what must stay secret goes through every route, and stands in no log and in no trace', async () => {
  const account = { email: `${randomUUID()}@example.com`, password: PASSWORD };
  await shop.until(202, () => shop.send('POST', '/users', { body: account }));
  const tokens = await useSecrets(account);
  const [accessToken = ''] = tokens;
  const adminToken = await shop.signInAsAdmin(twin.status().aws);

  const operations = await listOperations();
  expect(operations.length).toBeGreaterThan(20);
  for (const operation of operations) {
    for (const token of [accessToken, adminToken, TOKEN]) await sendCanaries(operation, `Bearer ${token}`);
  }

  const canaries = [CARD, PASSWORD, NEW_PASSWORD, TOKEN, ...tokens, adminToken, ...(await listSecretValues())];
  const logs = await readLogs();
  const traces = await readTraces();
  expect(logs.match(/"message":"request"/g)?.length).toBeGreaterThan(operations.length);
  expect(traces.match(/"Document"/g)?.length).toBeGreaterThan(operations.length);
  expect(canaries.filter((canary) => logs.includes(canary))).toEqual([]);
  expect(canaries.filter((canary) => traces.includes(canary))).toEqual([]);
}, 120_000);
