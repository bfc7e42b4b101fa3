import { randomBytes } from 'node:crypto';
import { canSignIn, connect, type Server } from './connect.ts';
import { hashPassword } from './hash-password.ts';
import type { Secret, SecretStore } from './secret-store.ts';
import { ensureDatabase, ensureRole, serialize, setPassword } from './statements.ts';

export interface ProvisionRequest {
  database: string;
  /** The role that owns the database. */
  role: string;
  /** The secret that gets the role's credentials. */
  secretArn: string;
}

export interface DatabaseServer extends Server {
  masterSecretArn: string;
}

/** Whether the role's credentials were left alone or replaced. */
export interface Outcome {
  credentials: 'kept' | 'replaced';
}

/**
 * Makes a role and a database that belongs to it, and puts working credentials into the service's secret. What is there
 * already stays, so that it can be called again at any time, also while it runs.
 */
export async function provision(
  request: ProvisionRequest,
  server: DatabaseServer,
  store: SecretStore,
): Promise<Outcome> {
  const { database, role, secretArn } = request;
  const master = await store.find(server.masterSecretArn);
  if (!master) throw new Error(`the secret of the master user has no value: ${server.masterSecretArn}`);

  if (role === master.username) throw new Error(`${role} is the master user; choose another name for the database`);

  await using connection = await connect(server, { ...credentialsOf(master), database: 'postgres' });
  await serialize(connection.client);
  await ensureRole(connection.client, role);
  await ensureDatabase(connection.client, database, role);

  const current = await store.find(secretArn);
  if (current && (await works(current, request, server, connection.encrypted))) return { credentials: 'kept' };

  const password = randomBytes(32).toString('base64url');
  await setPassword(connection.client, role, hashPassword(password));
  await store.put(secretArn, {
    engine: 'postgres',
    host: server.host,
    port: String(server.port),
    dbname: database,
    username: role,
    password,
    ssl: String(connection.encrypted),
  });
  return { credentials: 'replaced' };
}

/** A password that the server refuses is one that was set and not yet stored when an earlier call broke off. */
async function works(
  secret: Secret,
  { database, role }: ProvisionRequest,
  server: Server,
  encrypted: boolean,
): Promise<boolean> {
  const address = { host: server.host, port: String(server.port), dbname: database };
  const expected = { ...address, username: role, ssl: String(encrypted) };
  const matches = Object.entries(expected).every(([key, value]) => secret[key] === value);
  return matches && canSignIn(server, { ...credentialsOf(secret), database });
}

function credentialsOf({ username, password }: Secret) {
  if (username === undefined || password === undefined) throw new Error('the secret lacks a username or a password');
  return { user: username, password };
}
