import { times } from '@fairlead/manifest/times';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { startSecretsManager } from '../test/start-secrets-manager.ts';
import { createSecrets } from './create-secrets.ts';
import { SecretError } from './secrets.ts';

const ARN = 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:shop';
const { lifetimeSeconds, refreshIntervalMs, retrySeconds, waitMs } = times.secrets;

const version = (name: string) => ({ id: `id-${name}`, text: JSON.stringify({ name }) });

const parseName = (text: string): string => (JSON.parse(text) as { name: string }).name;

async function open(stages: Parameters<typeof startSecretsManager>[0] = { AWSCURRENT: version('first') }) {
  const server = await startSecretsManager(stages);
  const clock = { now: 0 };
  const errors: unknown[] = [];
  const secrets = createSecrets({
    client: server.client,
    now: () => clock.now,
    onError: (error) => errors.push(error),
  });
  const secret = secrets.rotating(ARN, parseName);
  return {
    server,
    secret,
    /** Another reader of the same secret, which shares nothing with it but the server. */
    other: secrets.rotating(ARN, parseName),
    errors,
    reveal: async () => (await secret.current()).value.reveal(),
    pass: (seconds: number) => (clock.now += seconds * 1000),
  };
}

test('a secret is read once and used for its lifetime', async () => {
  const { server, secret, reveal, pass } = await open();
  expect(await secret.current()).toMatchObject({ id: 'id-first', createdAt: new Date(1.7e12) });
  server.stages.AWSCURRENT = version('second');
  pass(lifetimeSeconds * 0.79);
  expect(await reveal()).toBe('first');
  expect(server.requests).toEqual(['AWSCURRENT']);
});

test('after its lifetime the value from before is handed out while the new one is read', async () => {
  const { server, reveal, pass } = await open();
  await reveal();
  server.stages.AWSCURRENT = version('second');
  server.mode = 'hangs';
  pass(lifetimeSeconds);
  expect(await Promise.all([reveal(), reveal(), reveal()])).toEqual(['first', 'first', 'first']);
  await expect.poll(() => server.held).toHaveLength(1);
  server.release();
  await expect.poll(reveal).toBe('second');
  expect(server.requests).toHaveLength(2);
});

test('a hundred callers at once are one request', async () => {
  const { server, reveal } = await open();
  const values = await Promise.all(Array.from({ length: 100 }, reveal));
  expect(new Set(values)).toEqual(new Set(['first']));
  expect(server.requests).toHaveLength(1);
});

test('who asks after a long silence is not given what may be far too old', async () => {
  const { server, reveal, pass } = await open();
  await reveal();
  server.stages.AWSCURRENT = version('second');
  pass(2 * lifetimeSeconds + 1);
  expect(await Promise.all([reveal(), reveal()])).toEqual(['second', 'second']);
});

test('an outage is survived with the value from before, told of, and not made worse', async () => {
  const { server, reveal, pass, errors } = await open();
  await reveal();
  server.mode = 'fails';
  for (let hour = 0; hour < 3; hour++) {
    pass(3600);
    for (let call = 0; call < 10; call++) expect(await reveal()).toBe('first');
  }
  expect(server.requests).toHaveLength(4);
  expect(errors).toHaveLength(3);
  expect(errors[0]).toMatchObject({ message: `the secret ${ARN} cannot be read: InternalServiceError` });

  server.mode = 'answers';
  server.stages.AWSCURRENT = version('second');
  pass(retrySeconds);
  await expect.poll(reveal).toBe('second');
});

test('a first read that fails says which secret it was, and the next call reads again', async () => {
  const { server, secret, reveal, errors } = await open();
  server.mode = 'fails';
  await expect(secret.current()).rejects.toThrow(SecretError);
  await expect(secret.current()).rejects.toThrow(`the secret ${ARN} cannot be read: InternalServiceError`);
  server.mode = 'answers';
  expect(await reveal()).toBe('first');
  expect(errors).toEqual([]);
});

test('a server that does not answer keeps nobody waiting for long, and its answer is used when it comes', async () => {
  const { server, secret, reveal } = await open();
  server.mode = 'hangs';
  const started = performance.now();
  await expect(secret.current()).rejects.toThrow(`the secret ${ARN} was not read within ${waitMs} ms`);
  expect(performance.now() - started).toBeLessThan(waitMs + 500);
  server.release();
  expect(await reveal()).toBe('first');
  expect(server.requests).toHaveLength(1);
});

test('a refused value is read again at once, by one request however many were refused', async () => {
  const { server, secret, pass } = await open();
  await secret.current();
  server.stages.AWSCURRENT = version('second');
  pass(1);
  const refreshed = await Promise.all(Array.from({ length: 100 }, () => secret.refresh()));
  expect(new Set(refreshed.map(({ id }) => id))).toEqual(new Set(['id-second']));
  expect(await secret.current()).toMatchObject({ id: 'id-second' });
  expect(server.requests).toHaveLength(2);
});

test('values refused again and again do not become a flood of requests', async () => {
  const { server, secret, pass } = await open();
  await secret.current();
  for (let refusal = 0; refusal < 100; refusal++) {
    await secret.refresh();
    pass(refreshIntervalMs / 1000 / 10);
  }
  expect(server.requests.length).toBeLessThanOrEqual(1 + 10);
  expect(server.requests.length).toBeGreaterThanOrEqual(1 + 9);
});

test('a read that was overtaken by a newer one changes nothing when it ends', async () => {
  const { server, secret, other, reveal, pass } = await open();
  await reveal();
  server.mode = 'hangs';
  pass(lifetimeSeconds);
  await reveal();
  await expect.poll(() => server.held).toHaveLength(1);
  server.mode = 'answers';
  server.stages.AWSCURRENT = version('second');
  expect(await secret.refresh()).toMatchObject({ id: 'id-second' });
  server.release();
  await other.current();
  await other.refresh();
  expect(await reveal()).toBe('second');
});

test('a refresh that fails goes on with the value from before', async () => {
  const { server, secret, errors } = await open();
  await secret.current();
  server.mode = 'fails';
  expect(await secret.refresh()).toMatchObject({ id: 'id-first' });
  expect(errors).toHaveLength(1);
});

test('a version that moves on while the versions are read is not missed', async () => {
  const { server, secret } = await open({ AWSCURRENT: version('first'), AWSPENDING: version('second') });
  server.mode = 'hangs';
  const versions = secret.versions();
  await expect.poll(() => server.held).toHaveLength(1);
  server.stages = { AWSCURRENT: version('second'), AWSPREVIOUS: version('first') };
  server.release();
  const { current, previous } = await versions;
  expect([current.id, previous?.id]).toEqual(['id-second', 'id-first']);
});

test('who needs only the current version asks for nothing else', async () => {
  const { server, secret, pass } = await open();
  await secret.current();
  pass(2);
  await secret.refresh();
  expect(server.requests).toEqual(['AWSCURRENT', 'AWSCURRENT']);
});

test('a version beside the current one that has another form is passed over and told of, and no text of it', async () => {
  const broken = { id: 'broken', text: 'hunter2' };
  const { server, secret, other, errors } = await open({
    AWSPENDING: broken,
    AWSCURRENT: version('first'),
    AWSPREVIOUS: version('zeroth'),
  });
  expect(await secret.versions()).toMatchObject({ current: { id: 'id-first' }, previous: { id: 'id-zeroth' } });
  expect(errors).toMatchObject([{ message: `AWSPENDING of the secret ${ARN} is passed over` }]);
  expect(inspect(errors, { depth: 9, showHidden: true })).not.toContain('hunter2');

  server.stages = { AWSCURRENT: broken, AWSPREVIOUS: version('first') };
  await expect(other.versions()).rejects.toThrow('does not have the form that its reader expects');
});

test('a version beside the current one that cannot be read for a moment is not taken to be gone', async () => {
  const { server, secret, pass } = await open({ AWSCURRENT: version('first'), AWSPREVIOUS: version('zeroth') });
  await Promise.all([secret.current(), secret.versions()]);
  server.failing.add('AWSPREVIOUS');
  pass(1);
  await secret.refresh();
  expect(await secret.versions()).toMatchObject({ previous: { id: 'id-zeroth' } });
});

test('a text of another form is refused without being told, and does not replace the one before', async () => {
  const { server, secret, reveal, errors } = await open({ AWSCURRENT: { id: 'broken', text: 'hunter2' } });
  const error: unknown = await secret.current().catch((reason: unknown) => reason);
  expect(error).toMatchObject({ message: `the secret ${ARN} does not have the form that its reader expects` });
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('hunter2');

  server.stages.AWSCURRENT = version('first');
  expect(await reveal()).toBe('first');
  server.stages.AWSCURRENT = { id: 'broken', text: 'hunter2' };
  expect(await secret.refresh()).toMatchObject({ id: 'id-first' });
  expect(inspect(errors, { depth: 9 })).not.toContain('hunter2');
});
