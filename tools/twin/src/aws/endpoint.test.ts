import {
  BatchGetSecretValueCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { DiscoverInstancesCommand } from '@aws-sdk/client-servicediscovery';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { startAwsEndpoint, type AwsEndpoint } from './endpoint.ts';
import type { AwsService } from './protocol/service.ts';
import { TaskCredentials } from './task-credentials.ts';
import {
  clientSettings,
  cloudMapClient,
  describeTask,
  secretsClient,
  startTestEndpoint,
} from './test/start-test-endpoint.ts';

const SIGNED =
  'AWS4-HMAC-SHA256 Credential=AKIATEST/20261121/eu-central-1/secretsmanager/aws4_request, SignedHeaders=host, Signature=00';

async function post(endpoint: AwsEndpoint, body: string, headers: Record<string, string> = {}) {
  const given = { 'x-amz-target': 'secretsmanager.ListSecrets', authorization: SIGNED, ...headers };
  const sent = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
  return fetch(endpoint.url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/x-amz-json-1.1', ...sent },
  });
}

describe('the protocol', () => {
  test('answers AWS JSON 1.1 with a request id', async () => {
    const { endpoint } = await startTestEndpoint();
    await using _ = endpoint;
    const res = await post(endpoint, '{}');
    expect(res.status).toBe(200);
    expect(res.headers.get('content-type')).toBe('application/x-amz-json-1.1');
    expect(res.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await res.json()).toEqual({ SecretList: [] });
  });

  test.for([
    ['an unsigned request', '{}', { authorization: '' }, 400, 'MissingAuthenticationTokenException'],
    ['another scheme', '{}', { authorization: 'Basic abc' }, 400, 'IncompleteSignatureException'],
    ['broken JSON', '{"a":', {}, 400, 'SerializationException'],
    ['a list', '[]', {}, 400, 'SerializationException'],
    ['a text for a number', '{"MaxResults":"7"}', {}, 400, 'SerializationException'],
    [
      'an operation not played',
      '{}',
      { 'x-amz-target': 'secretsmanager.RotateSecret' },
      400,
      'UnknownOperationException',
    ],
    ['a name of Object', '{}', { 'x-amz-target': 'secretsmanager.constructor' }, 400, 'UnknownOperationException'],
    ['a long body', `{"x":"${'x'.repeat(300_000)}"}`, {}, 413, 'RequestEntityTooLargeException'],
  ] as const)('refuses %s', async ([, body, headers, status, code]) => {
    const { endpoint } = await startTestEndpoint();
    await using _ = endpoint;
    const res = await post(endpoint, body, headers);
    expect(res.status).toBe(status);
    expect(await res.json()).toEqual({ __type: code, message: expect.any(String) });
  });

  test('refuses a body that never ends, and closes its connection', async () => {
    const { endpoint } = await startTestEndpoint({ maxBodyBytes: 1000 });
    await using _ = endpoint;
    const socket = connect(endpoint.port, '127.0.0.1');
    socket.write(
      `POST / HTTP/1.1\r\nHost: x\r\nAuthorization: ${SIGNED}\r\nX-Amz-Target: secretsmanager.ListSecrets\r\n`,
    );
    socket.write(`Transfer-Encoding: chunked\r\n\r\n7d0\r\n${'x'.repeat(2000)}\r\n`);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 413 [\s\S]*connection: close[\s\S]*RequestEntityTooLarge/i);
  });

  test.for([
    ['shop.example.com', 403],
    ['127.0.0.1.example.com:8000', 403],
    ['localhost:8000', 200],
    ['host.docker.internal', 200],
    ['data-127.0.0.1', 200],
    ['[::1]:8000', 200],
  ] as const)('answers a request to %s by %i, so that no web page reads secrets', async ([host, status]) => {
    const { endpoint } = await startTestEndpoint();
    await using _ = endpoint;
    const socket = connect(endpoint.port, '127.0.0.1');
    const headers = `Host: ${host}\r\nAuthorization: ${SIGNED}\r\nX-Amz-Target: secretsmanager.ListSecrets\r\n`;
    socket.write(`POST / HTTP/1.1\r\n${headers}Connection: close\r\nContent-Length: 2\r\n\r\n{}`);
    expect(await text(socket)).toContain(`HTTP/1.1 ${status} `);
  });

  test('never quotes the body of a request it can not parse', async () => {
    const { endpoint } = await startTestEndpoint();
    await using _ = endpoint;
    expect(await (await post(endpoint, 'very-secret')).text()).not.toContain('very');
  });

  test('a fault of its own is a 500 without detail, reported once', async () => {
    const onError = vi.fn();
    const fault = new Error('broken inside');
    const broken: AwsService = {
      title: 'Broken',
      signingName: 'broken',
      targetPrefix: 'broken',
      operations: {
        Fail: {
          invoke() {
            throw fault;
          },
        },
      },
      invalid: () => fault as never,
    };
    const { endpoint } = await startTestEndpoint({ services: [broken], onError });
    await using _ = endpoint;
    const res = await post(endpoint, '{}', { 'x-amz-target': 'broken.Fail' });
    expect(res.status).toBe(500);
    expect(await res.text()).not.toContain('broken inside');
    expect(onError.mock.calls).toEqual([[fault]]);
  });
});

describe('a service that is not played', () => {
  const played = 'It plays Secrets Manager (secretsmanager), Cloud Map (servicediscovery)';

  test.for([
    [
      'JSON',
      { 'x-amz-target': 'DynamoDB_20120810.GetItem', 'content-type': 'application/x-amz-json-1.0' },
      'DynamoDB_20120810',
    ],
    [
      'query',
      {
        'x-amz-target': '',
        'content-type': 'application/x-www-form-urlencoded',
        authorization: SIGNED.replace('secretsmanager', 'sts'),
      },
      'sts',
    ],
    ['REST XML', { 'x-amz-target': '', authorization: SIGNED.replace('secretsmanager', 's3') }, 's3'],
    [
      'CBOR',
      {
        'x-amz-target': '',
        'content-type': 'application/cbor',
        authorization: SIGNED.replace('secretsmanager', 'monitoring'),
      },
      'monitoring',
    ],
    ['REST JSON', { 'x-amz-target': '', authorization: SIGNED.replace('secretsmanager', 'lambda') }, 'lambda'],
    ['no', { 'x-amz-target': '', authorization: '' }, 'this service'],
  ] as const)('is refused by name in the %s protocol', async ([, headers, name]) => {
    const { endpoint } = await startTestEndpoint();
    await using _ = endpoint;
    const res = await post(endpoint, '{}', headers);
    expect(res.status).toBe(400);
    const body = await res.text();
    expect(body).toContain(`The twin does not play ${name}. ${played}`);
    expect(body).toContain('UnknownOperationException');
  });
});

describe('listening', () => {
  test('rejects with the error where the port is taken', async () => {
    const { endpoint } = await startTestEndpoint();
    await using _ = endpoint;
    const again = startAwsEndpoint({ port: endpoint.port, services: [], tasks: { find: () => undefined } });
    await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('closes with connections open, and more than once', async () => {
    const { endpoint } = await startTestEndpoint();
    const client = secretsClient(endpoint);
    await expect(client.send(new GetSecretValueCommand({ SecretId: 'absent' }))).rejects.toThrow(/find the specified/);
    await endpoint.close();
    await endpoint.close();
    await expect(fetch(endpoint.url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    client.destroy();
  });

  test('closes while a request is half sent', async () => {
    const { endpoint } = await startTestEndpoint();
    const socket = connect(endpoint.port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(`POST / HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${SIGNED}\r\n`);
    socket.write('X-Amz-Target: secretsmanager.ListSecrets\r\nContent-Length: 10\r\n\r\n{');
    await setTimeout(50);
    await endpoint.close();
    socket.destroy();
  });

  test('carries many clients at once', async () => {
    const { endpoint, secrets } = await startTestEndpoint();
    await using _ = endpoint;
    secrets.declare({ arn: 'arn:aws:secretsmanager:x:1:secret:s-AbCdEf', name: 's' });
    secrets.putValue('s', 'value');
    const client = secretsClient(endpoint);
    const reads = Array.from({ length: 200 }, () => client.send(new GetSecretValueCommand({ SecretId: 's' })));
    expect(new Set((await Promise.all(reads)).map(({ SecretString }) => SecretString))).toEqual(new Set(['value']));
    client.destroy();
  });
});

describe('permission', () => {
  test('is asked for by access key, action and the ARN of the resource', async () => {
    const authorize = vi.fn(() => true);
    const { endpoint, secrets } = await startTestEndpoint({ authorize });
    await using _ = endpoint;
    const arn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:s-AbCdEf';
    secrets.declare({ arn, name: 's' });
    secrets.putValue('s', 'value');
    const client = secretsClient(endpoint);
    await client.send(new GetSecretValueCommand({ SecretId: 's' }));
    expect(authorize.mock.calls).toEqual([['AKIATEST', 'secretsmanager:GetSecretValue', arn]]);
    client.destroy();
  });

  test('that a task role lacks is refused in the words of IAM', async () => {
    const task = describeTask();
    const tasks = { find: (id: string) => (id === task.id ? task : undefined) };
    const credentials = new TaskCredentials(tasks);
    const key = credentials.find(task.id)!;
    const authorize = (accessKeyId: string, action: string) =>
      accessKeyId !== key.AccessKeyId || !/GetSecretValue|DiscoverInstances/.test(action) || action.includes('Batch');
    const { endpoint } = await startTestEndpoint({ tasks, credentials, authorize });
    await using _ = endpoint;
    const asTask = { accessKeyId: key.AccessKeyId, secretAccessKey: key.SecretAccessKey, sessionToken: key.Token };
    const client = new SecretsManagerClient({ ...clientSettings(endpoint), credentials: asTask });
    const message =
      `User: arn:aws:sts::123456789012:assumed-role/catalog-task/${task.id} is not authorized to perform: ` +
      'secretsmanager:GetSecretValue on resource: s ' +
      'because no identity-based policy allows the secretsmanager:GetSecretValue action';
    await expect(client.send(new GetSecretValueCommand({ SecretId: 's' }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message,
    });
    const { Errors } = await client.send(new BatchGetSecretValueCommand({ SecretIdList: ['s'] }));
    expect(Errors).toEqual([{ SecretId: 's', ErrorCode: 'AccessDeniedException', Message: message }]);
    const anyone = cloudMapClient(endpoint);
    const discovery = new DiscoverInstancesCommand({ NamespaceName: 'n', ServiceName: 's' });
    await expect(anyone.send(discovery)).rejects.toMatchObject({ name: 'NamespaceNotFound' });
    client.destroy();
    anyone.destroy();
  });
});
