import { ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { ListServicesCommand } from '@aws-sdk/client-servicediscovery';
import { expect, onTestFinished, test } from 'vitest';
import { Outages } from './outages.ts';
import { cloudMapClient, secretsClient, startTestEndpoint } from './test/start-test-endpoint.ts';

async function start() {
  const outages = new Outages(['secretsmanager', 'servicediscovery']);
  const { endpoint } = await startTestEndpoint({ outages });
  onTestFinished(() => endpoint.close());
  const send = (method: string, name: string, body = '') =>
    fetch(`${endpoint.url}/outages/${name}`, { method, ...(body && { body }) });
  return { send, secrets: secretsClient(endpoint), cloudMap: cloudMapClient(endpoint) };
}

test('a service that is down answers nobody, and the others go on', async () => {
  const { send, secrets, cloudMap } = await start();
  expect((await send('PUT', 'secretsmanager', '{"mode":"down","seconds":60}')).status).toBe(204);
  await expect(secrets.send(new ListSecretsCommand({}))).rejects.toThrow(/socket hang up|ECONNRESET/);
  expect((await cloudMap.send(new ListServicesCommand({}))).Services).toEqual([]);

  expect((await send('DELETE', 'secretsmanager')).status).toBe(204);
  expect((await secrets.send(new ListSecretsCommand({}))).SecretList).toEqual([]);
});

test('a service that is slow answers after its clients have given up', async () => {
  const { send, secrets } = await start();
  await send('PUT', 'secretsmanager', '{"mode":"slow","seconds":60}');
  const abortSignal = AbortSignal.timeout(300);
  await expect(secrets.send(new ListSecretsCommand({}), { abortSignal })).rejects.toThrow('aborted');
});

test.each([
  ['PUT', 's3', '{"mode":"down","seconds":1}', 'no service is called s3; allowed: secretsmanager, servicediscovery'],
  ['PUT', 'secretsmanager', '{"mode":"gone","seconds":1}', 'mode must be one of down, slow'],
  ['PUT', 'secretsmanager', '{"mode":"down","seconds":0}', 'seconds must be 1 to 3600'],
  ['PUT', 'secretsmanager', 'nonsense', 'not an outage'],
  ['POST', 'secretsmanager', '', 'POST is not allowed here'],
])('%s of an outage of %s as %s is refused: %s', async (method, name, body, message) => {
  const { send } = await start();
  const response = await send(method, name, body);
  expect(response.status).toBe(400);
  expect(await response.text()).toContain(message);
});
