import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BEGINNING, defineSegment, traceIdOf } from '../../test/segments.ts';
import { TraceStore } from '../xray/trace-store.ts';
import { xray } from '../xray/xray.ts';
import type { AwsEndpoint } from './endpoint.ts';
import { startTestEndpoint } from './test/start-test-endpoint.ts';

const hasCli = spawnSync('aws', ['--version']).status === 0;
const run = promisify(execFile);

let endpoint: AwsEndpoint;

beforeEach(async () => {
  ({ endpoint } = await startTestEndpoint());
});

afterEach(() => endpoint.close());

async function aws(...args: string[]): Promise<unknown> {
  const env = {
    PATH: process.env.PATH,
    AWS_ACCESS_KEY_ID: 'AKIATEST',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'eu-central-1',
    AWS_DEFAULT_REGION: 'eu-central-1',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_PAGER: '',
  };
  // The flag, because versions before 2.13 do not read AWS_ENDPOINT_URL.
  const { stdout } = await run('aws', [...args, '--endpoint-url', endpoint.url, '--output', 'json'], { env });
  return stdout.trim() === '' ? undefined : JSON.parse(stdout);
}

describe.skipIf(!hasCli)('the AWS CLI', { timeout: 60_000 }, () => {
  test('creates, reads and deletes a secret', async () => {
    await aws('secretsmanager', 'create-secret', '--name', 'orders', '--secret-string', 'one');
    await aws('secretsmanager', 'put-secret-value', '--secret-id', 'orders', '--secret-string', 'two');
    expect(await aws('secretsmanager', 'get-secret-value', '--secret-id', 'orders')).toMatchObject({
      SecretString: 'two',
    });
    await aws('secretsmanager', 'delete-secret', '--secret-id', 'orders');
    await expect(aws('secretsmanager', 'get-secret-value', '--secret-id', 'orders')).rejects.toThrow(
      /\(InvalidRequestException\).*because it was marked for deletion/,
    );
  });

  test('gets a trace, and lists it', async () => {
    const store = new TraceStore();
    const served = await startTestEndpoint({ services: [xray(store)] });
    await endpoint.close();
    endpoint = served.endpoint;
    store.record(JSON.stringify(defineSegment({ name: 'payments' })));
    expect(await aws('xray', 'batch-get-traces', '--trace-ids', traceIdOf(0))).toMatchObject({
      Traces: [{ Id: traceIdOf(0), Segments: [{ Document: expect.stringContaining('payments') }] }],
    });
    const range = ['--start-time', String(BEGINNING), '--end-time', String(BEGINNING + 1)];
    expect(await aws('xray', 'get-trace-summaries', ...range)).toMatchObject({
      TraceSummaries: [{ Id: traceIdOf(0), ServiceIds: [{ Name: 'payments' }] }],
    });
  });

  test('is told by name what is not played', async () => {
    await expect(aws('sts', 'get-caller-identity')).rejects.toThrow(/UnknownOperationException.*does not play sts/);
    await expect(aws('dynamodb', 'list-tables')).rejects.toThrow(/does not play DynamoDB_20120810/);
    await expect(aws('s3api', 'list-buckets')).rejects.toThrow(/does not play s3/);
    await expect(aws('secretsmanager', 'rotate-secret', '--secret-id', 'x')).rejects.toThrow(/not RotateSecret/);
  });
});
