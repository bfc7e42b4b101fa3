import { once } from 'node:events';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import pg from 'pg';
import { beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { bundleFunction } from '../../lambda/bundle.ts';
import { provision, type DatabaseServer } from './provision.ts';
import type { Secret, SecretStore } from './secret-store.ts';

const MASTER = 'arn:master';

const superuser = inject('postgres');
const server: DatabaseServer = { host: superuser.host, port: superuser.port, masterSecretArn: MASTER };

beforeAll(async () => {
  // What RDS gives its master user: it makes roles and databases, and is no superuser.
  await asSuperuser("CREATE ROLE fairlead_admin LOGIN CREATEDB CREATEROLE PASSWORD 'master-password'");
});

describe('the provisioner', () => {
  it('makes a database that only its own role can use, and stores credentials that work', async () => {
    const store = createStore();
    const outcome = await provision({ database: 'catalog', role: 'catalog', secretArn: 'arn:catalog' }, server, store);
    await provision({ database: 'other', role: 'other', secretArn: 'arn:other' }, server, store);

    expect(outcome).toEqual({ credentials: 'replaced' });
    const secret = store.values.get('arn:catalog')!;
    expect(secret).toMatchObject({ engine: 'postgres', dbname: 'catalog', username: 'catalog', ssl: 'false' });
    expect(await query(secret, 'CREATE TABLE product (id int)')).toEqual([]);
    const [name, owner] = ['SELECT current_database() AS name', 'SELECT current_user AS name'];
    expect(await query(secret, name)).toEqual([{ name: 'catalog' }]);
    expect(await query(secret, owner)).toEqual([{ name: 'catalog' }]);
    await expect(query({ ...store.values.get('arn:other')!, dbname: 'catalog' }, owner)).rejects.toThrow(
      'permission denied for database',
    );
  });

  it('keeps credentials that work, and replaces those that do not', async () => {
    const store = createStore();
    const request = { database: 'orders', role: 'orders', secretArn: 'arn:orders' };
    await provision(request, server, store);
    const first = store.values.get('arn:orders')!;
    expect(await provision(request, server, store)).toEqual({ credentials: 'kept' });
    expect(store.values.get('arn:orders')).toEqual(first);

    await asSuperuser("ALTER ROLE orders PASSWORD 'changed behind our back'");
    expect(await provision(request, server, store)).toEqual({ credentials: 'replaced' });
    expect(await query(store.values.get('arn:orders')!, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('stores the new address when the server has moved', async () => {
    const store = createStore();
    const request = { database: 'moved', role: 'moved', secretArn: 'arn:moved' };
    await provision(request, server, store);
    store.values.set('arn:moved', { ...store.values.get('arn:moved')!, host: 'old.example.com' });
    await provision(request, server, store);
    expect(store.values.get('arn:moved')).toMatchObject({ host: server.host, port: String(server.port) });
  });

  it('mends what an earlier call left half done', async () => {
    const store = createStore();
    const request = { database: 'half', role: 'half', secretArn: 'arn:half' };
    using put = vi.spyOn(store, 'put').mockRejectedValueOnce(new Error('the connection was lost'));
    await expect(provision(request, server, store)).rejects.toThrow('the connection was lost');
    expect(await provision(request, server, store)).toEqual({ credentials: 'replaced' });
    expect(put).toHaveBeenCalledTimes(2);
    expect(await query(store.values.get('arn:half')!, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('leaves one working password when it is called several times at once', async () => {
    const store = createStore();
    const request = { database: 'busy', role: 'busy', secretArn: 'arn:busy' };
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => provision(request, server, store)));
    expect(outcomes.filter(({ credentials }) => credentials === 'replaced')).toHaveLength(1);
    expect(await query(store.values.get('arn:busy')!, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('takes names for names, whatever is in them', async () => {
    const store = createStore();
    const name = `o'hara"; DROP ROLE catalog; --`;
    await provision({ database: name, role: name, secretArn: 'arn:quoted' }, server, store);
    expect(await query(store.values.get('arn:quoted')!, 'SELECT current_user AS name')).toEqual([{ name }]);
  });

  it("refuses a database that is another role's, and the role of the master user", async () => {
    const store = createStore();
    await expect(provision({ database: 'postgres', role: 'shop', secretArn: 'arn:a' }, server, store)).rejects.toThrow(
      'database postgres belongs to postgres; choose another name',
    );
    await expect(
      provision({ database: 'shop', role: 'fairlead_admin', secretArn: 'arn:b' }, server, store),
    ).rejects.toThrow('fairlead_admin is the master user');
  });

  it('never lets a password into a statement', async () => {
    const store = createStore();
    using sent = vi.spyOn(pg.Client.prototype, 'query');
    await provision({ database: 'quiet', role: 'quiet', secretArn: 'arn:quiet' }, server, store);
    const statements = sent.mock.calls.map(([text]) => JSON.stringify(text));
    expect(statements.some((text) => text.includes(String.raw`ALTER ROLE \"quiet\" PASSWORD`))).toBe(true);
    expect(statements.join('\n')).not.toContain(store.values.get('arn:quiet')!.password);
  });

  it('runs as the bundle that Lambda gets, and waits for a permission that is still on its way', async () => {
    const secrets = new Map([[MASTER, JSON.stringify({ username: 'fairlead_admin', password: 'master-password' })]]);
    // A permission that was given a moment ago does not hold everywhere at once.
    const endpoint = await startSecretsManager(secrets, { denials: 1 });
    const result = await runBundle(endpoint.url, { database: 'bundled', role: 'bundled', secretArn: 'arn:bundled' });
    endpoint.close();
    expect(JSON.parse(result)).toEqual({ credentials: 'replaced' });
    const secret = JSON.parse(secrets.get('arn:bundled')!) as Secret;
    expect(await query(secret, 'SELECT current_user AS name')).toEqual([{ name: 'bundled' }]);
    expect(result).not.toContain(secret.password);
  });
});

async function asSuperuser(statement: string): Promise<void> {
  const client = new pg.Client(superuser);
  await client.connect();
  await client.query(statement);
  await client.end();
}

async function query(secret: Secret, statement: string): Promise<unknown[]> {
  const { host, port, username: user, password, dbname: database } = secret;
  const client = new pg.Client({
    host: host!,
    port: Number(port),
    user: user!,
    password: password!,
    database: database!,
  });
  await client.connect();
  try {
    return (await client.query<object>(statement)).rows;
  } finally {
    await client.end();
  }
}

function createStore() {
  const values = new Map<string, Secret>([[MASTER, { username: 'fairlead_admin', password: 'master-password' }]]);
  const store = {
    values,
    find: (arn: string) => Promise.resolve(values.get(arn)),
    put: (arn: string, secret: Secret) => Promise.resolve(void values.set(arn, secret)),
  };
  return store as unknown as SecretStore & { values: Map<string, Secret> };
}

/** The two calls of Secrets Manager that the provisioner makes, in AWS's JSON protocol. */
async function startSecretsManager(secrets: Map<string, string>, { denials }: { denials: number }) {
  let left = denials;
  const listener = createServer((request, response) => {
    void (async () => {
      const body = JSON.parse(Buffer.concat(await request.toArray()).toString()) as Record<string, string>;
      const arn = body.SecretId!;
      if (request.headers['x-amz-target'] === 'secretsmanager.PutSecretValue') secrets.set(arn, body.SecretString!);
      const SecretString = left > 0 ? undefined : secrets.get(arn);
      const __type = left > 0 ? 'AccessDeniedException' : 'ResourceNotFoundException';
      left -= 1;
      const found = SecretString !== undefined;
      response.writeHead(found ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(found ? { ARN: arn, SecretString } : { __type }));
    })();
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => listener.close() };
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
    DATABASE_HOST: server.host,
    DATABASE_PORT: String(server.port),
    MASTER_SECRET_ARN: MASTER,
  };
  const args = ['--input-type=module', '-e', call, '--', file, JSON.stringify(event)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, cwd: folder.path });
  return stdout;
}
