import { GetSecretValueCommand, ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { RunningTwin } from './platform.ts';

const SETTLED_WITHIN_MS = 60_000;

export const secretsOf = (twin: RunningTwin): SecretsManagerClient =>
  new SecretsManagerClient({
    endpoint: twin.status().aws,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });

/** The ARN of the secret with this logical name. */
export async function findSecretArn(twin: RunningTwin, name: string): Promise<string> {
  const Filters = [{ Key: 'name' as const, Values: [name] }];
  const { SecretList = [] } = await secretsOf(twin).send(new ListSecretsCommand({ Filters }));
  const arn = SecretList[0]?.ARN;
  if (arn === undefined) throw new Error(`there is no secret ${name}`);
  return arn;
}

/** The value of a secret that holds a JSON object. */
export async function readSecret(twin: RunningTwin, name: string): Promise<Record<string, string>> {
  const SecretId = await findSecretArn(twin, name);
  const { SecretString = '{}' } = await secretsOf(twin).send(new GetSecretValueCommand({ SecretId }));
  return JSON.parse(SecretString) as Record<string, string>;
}

/** Runs one query on the database of a service, with the service's own credentials. */
export async function query<Row extends pg.QueryResultRow>(
  twin: RunningTwin,
  service: string,
  sql: string,
): Promise<Row[]> {
  const { host, port, dbname, username, password } = await readSecret(twin, `${service}-database`);
  const client = new pg.Client({ host, port: Number(port), database: dbname, user: username, password });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Resolves when no payment is on its way any more, and every event of one has reached catalog. */
export async function untilSettled(twin: RunningTwin): Promise<void> {
  const deadline = Date.now() + SETTLED_WITHIN_MS;
  for (;;) {
    const [left] = await query<{ payments: number; events: number }>(
      twin,
      'payments',
      `SELECT (SELECT count(*)::integer FROM payments WHERE due_at IS NOT NULL) AS payments,
              (SELECT count(*)::integer FROM outbox WHERE due_at IS NOT NULL) AS events`,
    );
    if (left?.payments === 0 && left.events === 0) return;
    if (Date.now() > deadline) throw new Error(`not settled: ${JSON.stringify(left)}`);
    await delay(250);
  }
}

/** What the provider has taken, in minor units, and for how many charges. */
export async function readTaken(twin: RunningTwin): Promise<{ charges: number; amount: number }> {
  const { url, apiKey } = await readSecret(twin, 'payments-payment-provider');
  const response = await fetch(`${url}/v1/charges`, { headers: { Authorization: `Bearer ${apiKey}` } });
  const charges = ((await response.json()) as { charges: { capturedAmount: number }[] }).charges;
  const captured = charges.filter(({ capturedAmount }) => capturedAmount > 0);
  return { charges: captured.length, amount: captured.reduce((sum, { capturedAmount }) => sum + capturedAmount, 0) };
}
