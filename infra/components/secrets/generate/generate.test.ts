import { execFile } from 'node:child_process';
import { createPrivateKey, createPublicKey, sign, verify, type webcrypto } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bundleFunction } from '../../lambda/bundle.ts';
import { generate } from './generate.ts';

const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:payments-calls-catalog';

describe('the generator', () => {
  it('gives a secret without a value 64 random characters', async () => {
    const { client, current } = await startSecretsManager();
    expect(await generate({ secretArn: ARN, kind: 'password' }, client)).toEqual({ value: 'generated' });
    expect(current(ARN)).toMatch(/^[\w-]{64}$/);
    await generate({ secretArn: `${ARN}-2`, kind: 'password' }, client);
    expect(current(`${ARN}-2`)).not.toBe(current(ARN));
  });

  it('gives a secret without a value a private key that signs', async () => {
    const { client, current } = await startSecretsManager();
    await generate({ secretArn: ARN, kind: 'ed25519-key' }, client);
    const jwk = JSON.parse(current(ARN)!) as webcrypto.JsonWebKey;
    expect(Object.keys(jwk).sort()).toEqual(['crv', 'd', 'kty', 'x']);
    expect(jwk).toMatchObject({ kty: 'OKP', crv: 'Ed25519' });
    const privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: jwk.x! }, format: 'jwk' });
    const signature = sign(null, Buffer.from('text'), privateKey);
    expect(verify(null, Buffer.from('text'), publicKey, signature)).toBe(true);
  });

  it('keeps the value that a secret has, whoever put it there', async () => {
    const { client, current, put } = await startSecretsManager();
    put(ARN, 'by hand', 'of a person');
    expect(await generate({ secretArn: ARN, kind: 'password' }, client)).toEqual({ value: 'kept' });
    expect(current(ARN)).toBe('by hand');
  });

  it('generates one value when it is called several times at once', async () => {
    const { client, current, versions } = await startSecretsManager();
    const calls = Array.from({ length: 20 }, () => generate({ secretArn: ARN, kind: 'password' }, client));
    const outcomes = await Promise.all(calls);
    expect(outcomes.filter(({ value }) => value === 'generated')).toHaveLength(1);
    expect(versions(ARN)).toHaveLength(1);
    expect(current(ARN)).toMatch(/^[\w-]{64}$/);
  });

  it('runs as the bundle that Lambda gets, waits for a permission that is on its way, and never tells the value', async () => {
    const { url, current } = await startSecretsManager({ denials: 1 });
    const output = await runBundle(url, { secretArn: ARN, kind: 'password' });
    expect(output).toBe('{"value":"generated"}');
    expect(output).not.toContain(current(ARN));
  });
});

interface Version {
  token: string;
  text: string;
}

interface Input {
  SecretId: string;
  SecretString?: string;
  ClientRequestToken?: string;
}

/** The two calls of Secrets Manager that the generator makes, in AWS's JSON protocol. */
async function startSecretsManager({ denials = 0 } = {}) {
  const secrets = new Map<string, Version[]>();
  const versions = (arn: string) => secrets.get(arn) ?? [];
  const put = (arn: string, text: string, token: string) => secrets.set(arn, [...versions(arn), { token, text }]);
  let left = denials;
  const answer = (operation: string, { SecretId, SecretString = '', ClientRequestToken = '' }: Input) => {
    if (left-- > 0) return { __type: 'AccessDeniedException' };
    if (operation === 'GetSecretValue') {
      const text = versions(SecretId).at(-1)?.text;
      return text === undefined ? { __type: 'ResourceNotFoundException' } : { ARN: SecretId, SecretString: text };
    }
    if (versions(SecretId).some(({ token }) => token === ClientRequestToken)) {
      return { __type: 'ResourceExistsException' };
    }
    put(SecretId, SecretString, ClientRequestToken);
    return { ARN: SecretId, VersionId: ClientRequestToken };
  };
  const server = createServer((request, response) => {
    void request.toArray().then((chunks) => {
      const input = JSON.parse(Buffer.concat(chunks as Buffer[]).toString()) as Input;
      const output = answer(String(request.headers['x-amz-target']).split('.')[1]!, input);
      response.writeHead('__type' in output ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(output));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new SecretsManagerClient({ endpoint: url, region: 'eu-west-1', credentials });
  onTestFinished(() => {
    client.destroy();
    server.close();
  });
  return { url, client, put, versions, current: (arn: string) => versions(arn).at(-1)?.text };
}

async function runBundle(endpoint: string, event: object): Promise<string> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'fairlead-bundle-'));
  const file = join(folder.path, 'index.mjs');
  await writeFile(file, await bundleFunction(new URL('./handler.ts', import.meta.url)));
  const call = `const { handler } = await import(process.argv[1]);
    process.stdout.write(JSON.stringify(await handler(JSON.parse(process.argv[2]))));`;
  const env = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
  const args = ['--input-type=module', '-e', call, '--', file, JSON.stringify(event)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, cwd: folder.path });
  return stdout;
}
