import type { Migration } from '@fairlead/database';

/** The admin who makes the others. The account is made once: what becomes of it later is not undone by a deployment. */
export const createFirstAdmin = (email: string, passwordHash: string): Migration => ({
  name: 'first-admin',
  run: (client) =>
    client.query(
      `INSERT INTO accounts (email, password_hash, role) VALUES ($1, $2, 'admin') ON CONFLICT (email) DO NOTHING`,
      [email, passwordHash],
    ),
});
