import pg from 'pg';

const { escapeIdentifier, escapeLiteral } = pg;

/** Lets one call at a time work on the server; the lock goes with the connection. */
export async function serialize(client: pg.Client): Promise<void> {
  await client.query("SELECT pg_advisory_lock(hashtext('fairlead provisioner'))");
}

export async function ensureRole(client: pg.Client, role: string): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
  if (rowCount === 0) await client.query(`CREATE ROLE ${escapeIdentifier(role)} LOGIN`);
  // The master user of RDS is no superuser: it can give a role a database only if it may act as that role.
  await client.query(`GRANT ${escapeIdentifier(role)} TO CURRENT_USER WITH INHERIT FALSE, SET TRUE`);
}

/** @throws where the database belongs to another role. */
export async function ensureDatabase(client: pg.Client, database: string, owner: string): Promise<void> {
  const name = escapeIdentifier(database);
  const found = await findOwner(client, database);
  if (found !== undefined && found !== owner) {
    throw new Error(`database ${database} belongs to ${found}; choose another name for the one of ${owner}`);
  }
  if (found === undefined) await client.query(`CREATE DATABASE ${name} OWNER ${escapeIdentifier(owner)}`);
  // Only the owner may take back what Postgres grants to all.
  await client.query(`SET ROLE ${escapeIdentifier(owner)}`);
  await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
  await client.query('RESET ROLE');
}

/** Takes the hash of a password, so that no statement, and no log of statements, holds the password itself. */
export async function setPassword(client: pg.Client, role: string, passwordHash: string): Promise<void> {
  await client.query(`ALTER ROLE ${escapeIdentifier(role)} PASSWORD ${escapeLiteral(passwordHash)}`);
}

async function findOwner(client: pg.Client, database: string): Promise<string | undefined> {
  const { rows } = await client.query<{ owner: string }>(
    'SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = $1',
    [database],
  );
  return rows[0]?.owner;
}
