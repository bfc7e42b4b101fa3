import type { Database, Row } from '@fairlead/database';
import { lastAdmin } from './account-problems.ts';
import * as statements from './account-statements.ts';
import type { StoredPassword, User, UserPatch } from './account.ts';

const FIRST_ID = '00000000-0000-0000-0000-000000000000';

export interface AccountQuery {
  /** The id that the page begins after. */
  after?: string | undefined;
  limit: number;
}

/** The accounts in the database. */
export interface AccountStore {
  /** The id of a new account; nothing where the address has one already, which stays as it is. */
  signUp(email: string, passwordHash: string): Promise<string | undefined>;
  find(id: string): Promise<User | undefined>;
  list(query: AccountQuery): Promise<User[]>;
  findPassword(id: string): Promise<StoredPassword | undefined>;
  findPasswordByEmail(email: string): Promise<StoredPassword | undefined>;
  /** Ends every session too. Whether the password was still the one that was read. */
  changePassword(current: StoredPassword, hash: string): Promise<boolean>;
  rehashPassword(current: StoredPassword, hash: string): Promise<void>;
  /** Ends every session of an account that it suspends. Nothing is returned where there is no such account.
   * @throws {Problem} `users/last-admin` */
  update(id: string, patch: UserPatch): Promise<User | undefined>;
}

export function createAccountStore(database: Database, now: () => number): AccountStore {
  return {
    async signUp(email, passwordHash) {
      const [row] = await database.query(statements.signUpAccount, [email, passwordHash, new Date(now())]);
      return row?.is_new ? row.id : undefined;
    },
    async find(id) {
      const [row] = await database.query(statements.findAccount, [id]);
      return row && toUser(row);
    },
    async list({ after = FIRST_ID, limit }) {
      return (await database.query(statements.listAccounts, [after, limit])).map(toUser);
    },
    async findPassword(id) {
      const [row] = await database.query(statements.findPassword, [id]);
      return row && toStoredPassword(row);
    },
    async findPasswordByEmail(email) {
      const [row] = await database.query(statements.findPasswordByEmail, [email]);
      return row && toStoredPassword(row);
    },
    changePassword: ({ accountId, version }, hash) =>
      database.transaction(async (transaction) => {
        const changed = await transaction.query(statements.changePassword, [accountId, version, hash]);
        await transaction.query(statements.endSessions, [accountId]);
        return changed.length > 0;
      }),
    async rehashPassword({ accountId, version }, hash) {
      await database.query(statements.rehashPassword, [accountId, version, hash]);
    },
    update: (id, patch) => updateAccount(database, id, patch),
  };
}

function updateAccount(database: Database, id: string, patch: UserPatch): Promise<User | undefined> {
  return database.transaction(async (transaction) => {
    if (patch.role === 'customer' || patch.status === 'suspended') {
      const admins = await transaction.query(statements.lockActiveAdmins, []);
      if (admins.length === 1 && admins[0]?.id === id) throw lastAdmin(`${id} is the last active admin`);
    }
    const values = [id, patch.role ?? null, patch.status ?? null] as const;
    const [row] = await transaction.query(statements.updateAccount, values);
    if (row?.status === 'suspended') await transaction.query(statements.endSessions, [id]);
    return row && toUser(row);
  });
}

function toUser({ id, email, role, status, created_at }: Row<(typeof statements.findAccount)['columns']>): User {
  return {
    id,
    email,
    role: role === 'admin' ? 'admin' : 'customer',
    status: status === 'active' ? 'active' : 'suspended',
    createdAt: created_at.toISOString(),
  };
}

const toStoredPassword = (row: Row<(typeof statements.findPassword)['columns']>): StoredPassword => ({
  accountId: row.id,
  hash: row.password_hash,
  version: row.password_version,
});
