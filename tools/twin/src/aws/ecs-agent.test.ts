import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AwsEndpoint } from './endpoint.ts';
import type { TaskDescription } from './task-description.ts';
import { describeTask, startTestEndpoint } from './test/start-test-endpoint.ts';

const TASK = describeTask();
const DOCKER_ID = new RegExp(`^${TASK.id}-\\d{10}$`);

let endpoint: AwsEndpoint;
let tasks: Map<string, TaskDescription>;

beforeEach(async () => {
  ({ endpoint, tasks } = await startTestEndpoint());
  tasks.set(TASK.id, TASK);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await endpoint.close();
});

async function get(path: string): Promise<{ status: number; body: unknown }> {
  const res = await fetch(`${endpoint.url}${path}`);
  expect(res.headers.get('content-type')).toBe('application/json');
  return { status: res.status, body: await res.json() };
}

describe('task metadata', () => {
  const root = `/v4/${TASK.id}/catalog`;

  test('describes the container at the root', async () => {
    const { status, body } = await get(root);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      DockerId: expect.stringMatching(DOCKER_ID),
      Name: 'catalog',
      DockerName: 'catalog',
      Labels: {
        'com.amazonaws.ecs.cluster': TASK.cluster,
        'com.amazonaws.ecs.container-name': 'catalog',
        'com.amazonaws.ecs.task-arn': TASK.arn,
        'com.amazonaws.ecs.task-definition-family': 'catalog',
        'com.amazonaws.ecs.task-definition-version': '3',
      },
      KnownStatus: 'RUNNING',
      StartedAt: '2026-11-21T10:00:00.000Z',
      Type: 'NORMAL',
      Health: { status: 'HEALTHY', statusSince: '2026-11-21T10:00:05.000Z' },
      Networks: [{ NetworkMode: 'awsvpc', IPv4Addresses: ['127.0.0.1'] }],
      ContainerARN: expect.stringMatching(/:container\/fairlead\/158d1c8083dd49d6b527399fd6414f5c\/[0-9a-f-]{36}$/),
    });
  });

  test('describes the task, its CPU limit in vCPUs', async () => {
    const { body } = await get(`${root}/task`);
    expect(body).toMatchObject({
      Cluster: TASK.cluster,
      ServiceName: 'catalog',
      TaskARN: TASK.arn,
      Family: 'catalog',
      Revision: '3',
      DesiredStatus: 'RUNNING',
      Limits: { CPU: 0.25, Memory: 512 },
      AvailabilityZone: 'eu-central-1a',
      LaunchType: 'FARGATE',
      Containers: [{ Name: 'catalog' }],
    });
    expect(body).not.toHaveProperty('TaskTags');
    expect((await get(`${root}/taskWithTags`)).body).toMatchObject({ TaskTags: { service: 'catalog' } });
  });

  test('has statistics of a container once it has run for a second', async () => {
    const usage = { cpuNanoseconds: 5e9, memoryBytes: 64 * 1024 * 1024 };
    const [container] = TASK.containers;
    tasks.set(TASK.id, { ...TASK, containers: [{ ...container!, usage }] });
    expect((await get(`${root}/stats`)).body).toMatchObject({
      id: expect.stringMatching(DOCKER_ID),
      cpu_stats: { cpu_usage: { total_usage: 5e9 } },
      memory_stats: { usage: 67_108_864, limit: 536_870_912 },
    });
    tasks.set(TASK.id, { ...TASK, containers: [{ ...container!, startedAt: new Date() }] });
    expect((await get(`${root}/stats`)).body).toBeNull();
    const all = (await get(`${root}/task/stats`)).body as Record<string, unknown>;
    expect(Object.entries(all)).toEqual([[expect.stringMatching(DOCKER_ID), null]]);
  });

  test.for([`/v4/absent/catalog`, `/v4/${TASK.id}/absent`, `/v4/${TASK.id}/absent/task`])(
    '%s is not found',
    async (path) => {
      expect(await get(path)).toEqual({
        status: 404,
        body: expect.stringMatching(/^V4 (container|task) metadata handler: /),
      });
    },
  );
});

describe('task credentials', () => {
  test('reach the SDK through its own default chain', async () => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_PROFILE'])
      vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null');
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `${endpoint.url}/credentials/${TASK.id}`);
    const client = new SecretsManagerClient({ region: 'eu-central-1' });
    const { accessKeyId, expiration, sessionToken } = await client.config.credentials();
    expect(accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    expect(sessionToken).toBeTypeOf('string');
    expect(expiration!.getTime() - Date.now()).toBeGreaterThan(5 * 3_600_000);
    client.destroy();
  });

  test('name the task role and stay the same while they are fresh', async () => {
    const path = `/credentials/${TASK.id}`;
    const first = await get(path);
    expect(first.body).toMatchObject({ RoleArn: TASK.roleArn });
    expect(await get(path)).toEqual(first);
  });

  test('are refused as the agent refuses them, for a task that is unknown or has no role', async () => {
    const refusal = {
      status: 400,
      body: { code: 'InvalidIdInRequest', message: 'CredentialsV2Request: Credentials not found', HTTPErrorCode: 400 },
    };
    expect(await get('/credentials/absent')).toEqual(refusal);
    tasks.set(TASK.id, { ...TASK, roleArn: undefined });
    expect(await get(`/credentials/${TASK.id}`)).toEqual(refusal);
    expect(await get('/credentials/')).toMatchObject({ status: 400, body: { code: 'NoIdInRequest' } });
  });
});
