import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { WORKSPACE } from '../../test/platform.ts';
import { isRunning, useProcessGroups } from '../../test/processes.ts';
import { createFolder } from '../../test/workspace.ts';
import { SecretStore } from '../aws/secrets/secret-store.ts';
import type { EcsServiceResource } from '../graph/resources.ts';
import { LogFiles } from '../output/log-files.ts';
import { Output } from '../output/output.ts';
import { listenOn } from '../ports.ts';
import { State } from '../state.ts';
import type { Account } from './external-party.ts';
import { findNeededParties } from './find-needed-parties.ts';
import { startExternalParties, type RunningParties } from './start-external-parties.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:payments-payment-provider-0abc123-AbCdEf';

const defineService = (logicalName: string): EcsServiceResource => ({
  logicalName,
  name: logicalName,
  cluster: 'arn:aws:ecs:eu-central-1:123456789012:cluster/test',
  taskDefinition: 'arn',
  desiredCount: 1,
  loadBalancers: [],
});

const secret = { logicalName: 'payments-payment-provider', arn: ARN, name: 'payments-payment-provider-0abc123' };

interface Started {
  parties: RunningParties;
  secrets: SecretStore;
  account: () => Account;
  /** What a person was told. */
  events: () => string[];
  folder: string;
}

/** The parties of a graph with one service, on a state folder that several starts can share. */
async function start(folder: string, services = ['payments']): Promise<Started> {
  const state = await State.take(folder, 0);
  const written: string[] = [];
  const stream = { write: (text: string) => written.push(text) } as unknown as NodeJS.WritableStream;
  const files = new LogFiles(state.path('logs'));
  const output = new Output({ stream, readable: false, colour: false, files });
  const snapshot = await state.find('secrets.json');
  const secrets = new SecretStore({
    region: 'eu-central-1',
    accountId: '123456789012',
    ...(snapshot !== undefined && { snapshot: snapshot as never }),
  });
  secrets.declare({ arn: secret.arn, name: secret.name });
  const parties = await startExternalParties({
    workspace: WORKSPACE,
    resources: { services: services.map(defineService), secrets: [secret] },
    secrets,
    state,
    groups: useProcessGroups(),
    output,
    entrance: 'http://localhost:8080',
    onError: (error) => written.push(String(error)),
  });
  let isStopped = false;
  const stop = async () => {
    if (isStopped) return;
    isStopped = true;
    await parties[Symbol.asyncDispose]();
    files[Symbol.dispose]();
    await state.write('secrets.json', secrets.snapshot());
    await state[Symbol.asyncDispose]();
  };
  onTestFinished(stop);
  return {
    parties: { ...parties, [Symbol.asyncDispose]: stop },
    secrets,
    account: () => JSON.parse(secrets.getValue(ARN).data) as Account,
    events: () =>
      written.flatMap((line) => (line.startsWith('{') ? [(JSON.parse(line) as { message: string }).message] : [])),
    folder,
  };
}

const list = ({ url, apiKey }: Account) =>
  fetch(`${url}/v1/charges`, { headers: { Authorization: `Bearer ${apiKey}` } }).then(
    ({ status }) => status,
    () => 0,
  );

const untilItAnswers = (started: Started) =>
  expect.poll(() => list(started.account()), { timeout: 10_000, interval: 20 }).toBe(200);

/** The process that plays the provider on a folder. */
function findPid(folder: string): number | undefined {
  const pid = readdirSync('/proc').find((name) => {
    const file = `/proc/${name}/cmdline`;
    try {
      return (
        /^\d+$/.test(name) && existsSync(file) && readFileSync(file, 'utf8').includes(`${folder}/payment-provider`)
      );
    } catch {
      return false;
    }
  });
  return pid === undefined ? undefined : Number(pid);
}

test('a service that has an account with the payment provider finds in its secret how to reach it', async () => {
  const started = await start(await createFolder());
  await untilItAnswers(started);
  expect(started.parties.list).toEqual([{ name: 'payment-provider', url: started.account().url }]);
  expect(await list({ ...started.account(), apiKey: 'wrong' })).toBe(401);
});

test('no party runs where no service that is played has an account with it', async () => {
  const started = await start(await createFolder(), ['catalog']);
  expect(started.parties.list).toEqual([]);
  expect(started.secrets.get(ARN).versions).toEqual([]);
});

test('the secret of another service that ends alike is left alone', () => {
  const other = { ...secret, logicalName: 'old-payments-payment-provider' };
  const party = { name: 'p', secret: 'payment-provider', script: '', webhookPath: '', createEnvironment: () => ({}) };
  const find = (services: string[]) =>
    findNeededParties({ services: services.map(defineService), secrets: [secret, other] }, [party]);
  expect(find(['payments'])).toEqual([{ party, secretArns: [ARN] }]);
  expect(find(['users'])).toEqual([]);
});

test('the account, its address and its charges are the same after a restart', async () => {
  const folder = await createFolder();
  const first = await start(folder);
  await untilItAnswers(first);
  const account = first.account();
  const headers = { Authorization: `Bearer ${account.apiKey}` };
  await fetch(`${account.url}/v1/charges/p1/void`, { method: 'POST', headers });
  const [version] = first.secrets.get(ARN).versions;
  await first.parties[Symbol.asyncDispose]();
  expect(await list(account)).toBe(0);

  const second = await start(folder);
  await untilItAnswers(second);
  expect(second.account()).toEqual(account);
  expect(second.secrets.get(ARN).versions.map(({ id }) => id)).toEqual([version!.id]);
  expect(await (await fetch(`${account.url}/v1/charges/p1`, { headers })).json()).toMatchObject({ status: 'voided' });
});

test('an address that somebody else has taken is replaced, and the secret says so', async () => {
  const folder = await createFolder();
  const first = await start(folder);
  const account = first.account();
  await first.parties[Symbol.asyncDispose]();
  const squatter = createServer();
  await listenOn(squatter, Number(new URL(account.url).port));
  onTestFinished(async () => {
    squatter.close();
    await once(squatter, 'close');
  });

  const second = await start(folder);
  expect(second.account()).toEqual({ ...account, url: expect.not.stringContaining(account.url) });
  await untilItAnswers(second);
});

test('a party that dies is started again where it was, and it is said', async () => {
  const started = await start(await createFolder());
  await untilItAnswers(started);
  process.kill(findPid(started.folder)!, 'SIGKILL');
  await expect
    .poll(() => started.events(), { timeout: 5000 })
    .toContain('payment-provider ended by itself; starting it again');
  await untilItAnswers(started);
});

test('a party that hangs is stopped all the same', async () => {
  const started = await start(await createFolder());
  await untilItAnswers(started);
  const pid = findPid(started.folder)!;
  process.kill(pid, 'SIGSTOP');
  await started.parties[Symbol.asyncDispose]();
  expect(isRunning(pid)).toBe(false);
});

test('what a party writes is in its log file, and its keys are in files of their owner only', async () => {
  const started = await start(await createFolder());
  await untilItAnswers(started);
  const { apiKey, webhookKey } = started.account();
  await started.parties[Symbol.asyncDispose]();
  const log = join(started.folder, 'logs/payment-provider.log');
  await expect.poll(() => existsSync(log) && readFileSync(log, 'utf8'), { timeout: 5000 }).toContain('listening');
  for (const key of [apiKey, webhookKey]) expect(readFileSync(log, 'utf8')).not.toContain(key);
  const file = join(started.folder, 'payment-provider.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});
