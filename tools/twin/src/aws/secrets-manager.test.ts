import { inspect } from 'node:util';
import {
  BatchGetSecretValueCommand,
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  RestoreSecretCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
  paginateListSecrets,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AwsEndpoint } from './endpoint.ts';
import { SecretStore, type SecretsSnapshot } from './secrets/secret-store.ts';
import { secretsClient, startTestEndpoint } from './test/start-test-endpoint.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:payments/provider-AbCdEf';
const FIRST = '11111111-1111-4111-8111-111111111111';
const SECOND = '22222222-2222-4222-8222-222222222222';

let endpoint: AwsEndpoint;
let secrets: SecretStore;
let client: SecretsManagerClient;

beforeEach(async () => {
  ({ endpoint, secrets } = await startTestEndpoint());
  client = secretsClient(endpoint);
});

afterEach(async () => {
  client.destroy();
  await endpoint.close();
});

async function read(SecretId: string, wanted: { VersionId?: string; VersionStage?: string } = {}) {
  return client.send(new GetSecretValueCommand({ SecretId, ...wanted }));
}

async function create(Name: string, SecretString = 'one') {
  return client.send(new CreateSecretCommand({ Name, SecretString, ClientRequestToken: FIRST }));
}

async function put(SecretId: string, SecretString: string, more: { VersionStages?: string[]; token?: string } = {}) {
  const { token = SECOND, ...rest } = more;
  return client.send(new PutSecretValueCommand({ SecretId, SecretString, ClientRequestToken: token, ...rest }));
}

describe('a secret of the resource graph', () => {
  test('has no value until one is put, and says so as AWS does', async () => {
    secrets.declare({ arn: ARN, name: 'payments/provider' });
    await expect(read(ARN)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
      $metadata: { httpStatusCode: 400, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
  });

  test.for(['payments/provider', ARN, ARN.slice(0, -7)])('is read as %s', async (id) => {
    secrets.declare({ arn: ARN, name: 'payments/provider' });
    secrets.putValue(ARN, 'key');
    expect(await read(id)).toMatchObject({ ARN, Name: 'payments/provider', SecretString: 'key' });
  });

  test('keeps its value when it is declared again and when the store is kept and restored', () => {
    secrets.declare({ arn: ARN, name: 'payments/provider' });
    const version = secrets.putValue(ARN, 'key');
    const snapshot = JSON.parse(JSON.stringify(secrets.snapshot())) as SecretsSnapshot;
    const store = new SecretStore({ region: 'eu-central-1', accountId: '123456789012', snapshot });
    store.declare({ arn: ARN, name: 'payments/provider', description: 'again' });
    expect(store.getValue(ARN)).toEqual({ kind: 'string', data: 'key' });
    expect(store.putValue(ARN, 'key')).toBe(version);
  });

  test('does not show its value when the store is printed', () => {
    secrets.declare({ arn: ARN, name: 'payments/provider' });
    secrets.putValue(ARN, 'very-secret');
    expect(inspect(secrets, { depth: 9, showHidden: true })).not.toContain('very-secret');
  });
});

describe('creating', () => {
  test('makes an ARN that ends in six random characters', async () => {
    const created = await create('orders');
    expect(created).toMatchObject({ Name: 'orders', VersionId: FIRST });
    expect(created.ARN).toMatch(/^arn:aws:secretsmanager:eu-central-1:123456789012:secret:orders-[A-Za-z0-9]{6}$/);
  });

  test('is idempotent by its token, and refuses a name that is taken', async () => {
    const created = await create('orders');
    expect(await create('orders')).toMatchObject({ ARN: created.ARN, VersionId: FIRST });
    await expect(create('orders', 'two')).rejects.toMatchObject({
      name: 'ResourceExistsException',
      message: 'The operation failed because the secret orders already exists.',
    });
  });

  test('keeps bytes as bytes', async () => {
    const bytes = Uint8Array.from({ length: 300 }, (_, index) => index % 256);
    await client.send(new CreateSecretCommand({ Name: 'binary', SecretBinary: bytes }));
    const { SecretBinary, SecretString } = await read('binary');
    expect(SecretBinary).toEqual(bytes);
    expect(SecretString).toBeUndefined();
  });

  test.for([
    [{ Name: 'Inv Name' }, 'ValidationException', /^Invalid name\. Must be a valid name/],
    [{ Name: 'x'.repeat(513) }, 'ValidationException', /at 'name' failed to satisfy constraint: .* equal to 512$/],
    [{ Name: undefined }, 'ValidationException', /^1 validation error detected: Value null at 'name' .* not be null$/],
    [{ Name: 'a', SecretString: 's', ClientRequestToken: 'short' }, 'ValidationException', /equal to 32$/],
    [
      { Name: 'a', SecretString: 's', SecretBinary: Buffer.from('b') },
      'InvalidParameterException',
      /both a binary secret value and a string/,
    ],
    [{ Name: 7 as never }, 'SerializationException', /^NUMBER_VALUE can not be converted to a String$/],
  ] as const)('refuses %j with %s', async ([input, name, message]) => {
    const sent = client.send(new CreateSecretCommand(input));
    await expect(sent).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
  });

  test('never repeats a value that is too long', async () => {
    const SecretString = 'very-secret'.repeat(6000);
    const sent = client.send(new CreateSecretCommand({ Name: 'long', SecretString }));
    await expect(sent).rejects.toThrow(/^1 validation error detected: Value at 'secretString' failed/);
  });
});

describe('versions', () => {
  beforeEach(() => create('orders'));

  test('a new value becomes current and the old one previous', async () => {
    const { VersionStages } = await put('orders', 'two');
    expect(VersionStages).toEqual(['AWSCURRENT']);
    expect(await read('orders')).toMatchObject({ SecretString: 'two', VersionId: SECOND });
    expect(await read('orders', { VersionStage: 'AWSPREVIOUS' })).toMatchObject({ SecretString: 'one' });
    expect(await read('orders', { VersionId: FIRST })).toMatchObject({ SecretString: 'one' });
  });

  test('a value put under another label leaves the current one', async () => {
    await put('orders', 'two', { VersionStages: ['AWSPENDING', 'blue'] });
    expect(await read('orders')).toMatchObject({ SecretString: 'one' });
    expect(await read('orders', { VersionStage: 'blue' })).toMatchObject({ SecretString: 'two' });
  });

  test('the same token puts a value once and never another', async () => {
    await put('orders', 'two');
    await put('orders', 'three', { token: '33333333-3333-4333-8333-333333333333' });
    expect(await put('orders', 'two')).toMatchObject({ VersionId: SECOND });
    expect(await read('orders')).toMatchObject({ SecretString: 'three' });
    await expect(put('orders', 'other')).rejects.toMatchObject({ name: 'ResourceExistsException' });
  });

  test('rotation finishes by moving AWSCURRENT, from the version that is named', async () => {
    await put('orders', 'two', { VersionStages: ['AWSPENDING'] });
    const move = { SecretId: 'orders', VersionStage: 'AWSCURRENT', MoveToVersionId: SECOND };
    await expect(client.send(new UpdateSecretVersionStageCommand(move))).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message:
        `The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version ` +
        `${FIRST}, so you must explicitly reference that version in RemoveFromVersionId.`,
    });
    await client.send(new UpdateSecretVersionStageCommand({ ...move, RemoveFromVersionId: FIRST }));
    const { Versions } = await client.send(new ListSecretVersionIdsCommand({ SecretId: 'orders' }));
    expect(Versions).toMatchObject([
      { VersionId: FIRST, VersionStages: ['AWSPREVIOUS'], KmsKeyIds: ['DefaultEncryptionKey'] },
      { VersionId: SECOND, VersionStages: ['AWSPENDING', 'AWSCURRENT'] },
    ]);
  });

  test('AWSCURRENT can be moved but not removed', async () => {
    const removal = { SecretId: 'orders', VersionStage: 'AWSCURRENT', RemoveFromVersionId: FIRST };
    await expect(client.send(new UpdateSecretVersionStageCommand(removal))).rejects.toThrow(/can't be completely/);
  });

  test('a version without labels is deprecated and listed on demand only', async () => {
    await put('orders', 'two', { VersionStages: ['blue'] });
    const removal = { SecretId: 'orders', VersionStage: 'blue', RemoveFromVersionId: SECOND };
    await client.send(new UpdateSecretVersionStageCommand(removal));
    const list = async (IncludeDeprecated: boolean) =>
      (await client.send(new ListSecretVersionIdsCommand({ SecretId: 'orders', IncludeDeprecated }))).Versions?.length;
    expect([await list(false), await list(true)]).toEqual([1, 2]);
  });

  test('updating the value makes a version, and refuses the token of one that exists', async () => {
    const update = { SecretId: 'orders', Description: 'of the shop', SecretString: 'two', ClientRequestToken: SECOND };
    expect(await client.send(new UpdateSecretCommand(update))).toMatchObject({ VersionId: SECOND });
    const described = await client.send(new DescribeSecretCommand({ SecretId: 'orders' }));
    expect(described).toMatchObject({
      Description: 'of the shop',
      VersionIdsToStages: { [FIRST]: ['AWSPREVIOUS'], [SECOND]: ['AWSCURRENT'] },
    });
    await expect(client.send(new UpdateSecretCommand(update))).rejects.toMatchObject({
      name: 'ResourceExistsException',
    });
  });

  test.for([
    [
      { VersionStage: 'AWSPREVIOUS' },
      "Secrets Manager can't find the specified secret value for staging label: AWSPREVIOUS",
    ],
    [{ VersionId: SECOND }, `Secrets Manager can't find the specified secret value for VersionId: ${SECOND}`],
    [
      { VersionId: FIRST, VersionStage: 'AWSPENDING' },
      'You provided a VersionStage that is not associated to the provided VersionId.',
    ],
  ] as const)('reading %j is refused', async ([wanted, message]) => {
    await expect(read('orders', wanted)).rejects.toMatchObject({ message });
  });
});

describe('deleting', () => {
  beforeEach(() => create('orders'));

  test('keeps a secret for its recovery window, unreadable until it is restored', async () => {
    const { DeletionDate } = await client.send(
      new DeleteSecretCommand({ SecretId: 'orders', RecoveryWindowInDays: 7 }),
    );
    expect(DeletionDate!.getTime() - Date.now()).toBeGreaterThan(6.9 * 86_400_000);
    await expect(read('orders')).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: "You can't perform this operation on the secret because it was marked for deletion.",
    });
    await expect(create('orders')).rejects.toThrow(
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
    const described = await client.send(new DescribeSecretCommand({ SecretId: 'orders' }));
    expect(described.DeletedDate).toEqual(DeletionDate);
    await client.send(new RestoreSecretCommand({ SecretId: 'orders' }));
    expect(await read('orders')).toMatchObject({ SecretString: 'one' });
  });

  test('without recovery takes effect at once, and never misses a secret', async () => {
    const force = new DeleteSecretCommand({ SecretId: 'orders', ForceDeleteWithoutRecovery: true });
    await client.send(force);
    await client.send(force);
    await expect(read('orders')).rejects.toThrow(ResourceNotFoundException);
    await expect(create('orders')).resolves.toMatchObject({ Name: 'orders' });
  });

  test.for([6, 31])('refuses a recovery window of %i days', async (RecoveryWindowInDays) => {
    const command = new DeleteSecretCommand({ SecretId: 'orders', RecoveryWindowInDays });
    await expect(client.send(command)).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });
});

describe('listing', () => {
  test('pages through all secrets and filters by name, tag and negation', async () => {
    for (let index = 0; index < 7; index += 1) {
      const Tags = [{ Key: 'parity', Value: index % 2 ? 'odd' : 'even' }];
      await client.send(
        new CreateSecretCommand({ Name: `s${index}`, Tags, ...(index === 3 && { Description: 'Third' }) }),
      );
    }
    const names = async (filters: { Key: 'name' | 'tag-value' | 'all'; Values: string[] }[]) => {
      const pages = paginateListSecrets({ client, pageSize: 2 }, { Filters: filters, SortBy: 'name' });
      return (await Array.fromAsync(pages)).flatMap(({ SecretList = [] }) => SecretList.map(({ Name }) => Name));
    };
    expect(await names([])).toEqual(['s0', 's1', 's2', 's3', 's4', 's5', 's6']);
    expect(await names([{ Key: 'tag-value', Values: ['odd'] }])).toEqual(['s1', 's3', 's5']);
    expect(
      await names([
        { Key: 'name', Values: ['!s0'] },
        { Key: 'tag-value', Values: ['even'] },
      ]),
    ).toEqual(['s2', 's4', 's6']);
    expect(await names([{ Key: 'all', Values: ['third'] }])).toEqual(['s3']);
  });

  test('reads several at once, each that fails an error of its own', async () => {
    await create('orders');
    const { SecretValues, Errors } = await client.send(
      new BatchGetSecretValueCommand({ SecretIdList: ['orders', 'absent'] }),
    );
    expect(SecretValues).toMatchObject([{ Name: 'orders', SecretString: 'one' }]);
    expect(Errors).toEqual([
      {
        SecretId: 'absent',
        ErrorCode: 'ResourceNotFoundException',
        Message: "Secrets Manager can't find the specified secret.",
      },
    ]);
    const filtered = await client.send(new BatchGetSecretValueCommand({ Filters: [{ Key: 'name', Values: ['ord'] }] }));
    expect(filtered.SecretValues).toHaveLength(1);
  });
});

test('tags are added, replaced and removed', async () => {
  await create('orders');
  const add = (Tags: { Key: string; Value: string }[]) =>
    client.send(new TagResourceCommand({ SecretId: 'orders', Tags }));
  await add([
    { Key: 'a', Value: '1' },
    { Key: 'b', Value: '2' },
  ]);
  await add([{ Key: 'a', Value: '3' }]);
  await client.send(new UntagResourceCommand({ SecretId: 'orders', TagKeys: ['b', 'absent'] }));
  const { Tags } = await client.send(new DescribeSecretCommand({ SecretId: 'orders' }));
  expect(Tags).toEqual([{ Key: 'a', Value: '3' }]);
});

test('a name that ends like an ARN is not found by its partial ARN, as AWS warns', async () => {
  const { ARN: arn } = await create('Invalid/_+=.@-Name-a1b2c3');
  await expect(read(arn!.slice(0, -7))).rejects.toThrow("Secrets Manager can't find the specified secret.");
  expect(await read(arn!)).toMatchObject({ SecretString: 'one' });
});

test('a random password has the length and the characters that are asked for', async () => {
  const { RandomPassword } = await client.send(
    new GetRandomPasswordCommand({ PasswordLength: 20, ExcludePunctuation: true, ExcludeCharacters: 'abc0' }),
  );
  expect(RandomPassword).toMatch(/^[d-zA-Z1-9]{20}$/);
});
