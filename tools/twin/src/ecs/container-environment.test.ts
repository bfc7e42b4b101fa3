import { beforeEach, describe, expect, test, vi } from 'vitest';
import { defineContainer } from '../../test/containers.ts';
import { SecretStore } from '../aws/secrets/secret-store.ts';
import type { ContainerDefinition } from '../graph/resources.ts';
import { createContainerEnvironment } from './container-environment.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:web-database-Ab12Cd';

const TASK = { id: '158d1c8083dd49d6b527399fd6414f5c', port: 41_234 };

let store: SecretStore;

beforeEach(() => {
  store = new SecretStore({ region: 'eu-central-1', accountId: '123456789012' });
  store.declare({ arn: ARN, name: 'web-database' });
});

const create = (changes: Partial<ContainerDefinition>) =>
  createContainerEnvironment(TASK, defineContainer('web', '', changes), {
    region: 'eu-central-1',
    awsUrl: 'http://127.0.0.1:4566',
    daemonAddress: '127.0.0.1:2000',
    secrets: store,
    compileCache: '/tmp/compile-cache',
  });

const readSecret = (valueFrom: string) => create({ secrets: [{ name: 'SECRET', valueFrom }] }).SECRET;

test('a container gets the variables of its definition, what the ECS agent adds, and nothing of the shell', () => {
  vi.stubEnv('FAIRLEAD_SHELL_SECRET', 'of the shell');
  expect(create({ environment: [{ name: 'LOG_LEVEL', value: 'debug' }] })).toEqual({
    LOG_LEVEL: 'debug',
    AWS_REGION: 'eu-central-1',
    AWS_DEFAULT_REGION: 'eu-central-1',
    AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
    AWS_XRAY_DAEMON_ADDRESS: '127.0.0.1:2000',
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:4566/credentials/${TASK.id}`,
    ECS_CONTAINER_METADATA_URI_V4: `http://127.0.0.1:4566/v4/${TASK.id}/web`,
    HOST: '127.0.0.1',
    PORT: '41234',
    PATH: '/usr/local/bin:/usr/bin:/bin',
    NODE_COMPILE_CACHE: '/tmp/compile-cache',
  });
  vi.unstubAllEnvs();
});

describe('a secret', () => {
  test('is given whole', () => {
    store.putValue(ARN, 'correct horse');
    expect(readSecret(ARN)).toBe('correct horse');
  });

  test('is given by a key of its JSON, texts as they are and numbers as RDS writes its port', () => {
    store.putValue(ARN, JSON.stringify({ username: 'web', password: 'a:b', port: 5432, ssl: true }));
    expect(readSecret(`${ARN}:password::`)).toBe('a:b');
    expect(readSecret(`${ARN}:port::`)).toBe('5432');
    expect(readSecret(`${ARN}:ssl::`)).toBe('true');
  });

  test('is given of a stage, or of a version', () => {
    const first = store.putValue(ARN, '{"password":"old"}');
    store.putValue(ARN, '{"password":"new"}');
    expect(readSecret(`${ARN}:password:AWSCURRENT:`)).toBe('new');
    expect(readSecret(`${ARN}:password:AWSPREVIOUS:`)).toBe('old');
    expect(readSecret(`${ARN}:password::${first}`)).toBe('old');
    expect(readSecret(`${ARN}::AWSPREVIOUS:`)).toBe('{"password":"old"}');
  });

  test.for([
    ['that has no value yet', ARN, /Secrets Manager can't find the specified secret value/],
    ['that the graph does not have', ARN.replace('web-', 'gone-'), /Secrets Manager can't find the specified secret/],
  ] as const)('%s is said in the words of ECS', ([, valueFrom, reason]) => {
    expect(() => readSecret(valueFrom)).toThrow(`ResourceInitializationError: unable to pull secrets: ${valueFrom}: `);
    expect(() => readSecret(valueFrom)).toThrow(reason);
  });

  test.for(['absent', 'toString', 'nothing'])('without the key %s is said in the words of ECS', (key) => {
    store.putValue(ARN, '{"username":"web","nothing":null}');
    expect(() => readSecret(`${ARN}:${key}::`)).toThrow(
      `ResourceInitializationError: unable to pull secrets: ${ARN}: ` +
        `retrieved secret from Secrets Manager did not contain json key ${key}`,
    );
  });

  test('that is not JSON has no keys, and stays secret', () => {
    store.putValue(ARN, 'correct horse');
    expect(() => readSecret(`${ARN}:password::`)).toThrow(/: retrieved secret from Secrets Manager is not JSON$/);
  });
});
