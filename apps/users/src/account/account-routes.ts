import { createRouter, toPage, type Handlers } from '@fairlead/contracts';
import { accountNotFound, accountRoutes } from '@fairlead/users-api';
import type { Router } from 'express';
import type { Dependencies } from '../dependencies.ts';
import { userRoutes } from './account-contract.ts';
import { passwordWrong } from './account-problems.ts';
import type { AccountStore } from './account-store.ts';
import type { PasswordChange, User } from './account.ts';

const contract = { routes: { ...userRoutes, ...accountRoutes } };

export const createAccountRoutes = (dependencies: Dependencies): Router =>
  createRouter(contract, createHandlers(dependencies), dependencies);

function createHandlers(dependencies: Dependencies): Handlers<typeof contract> {
  const { accounts, passwords, limits, accountEvents } = dependencies;
  return {
    async signUp({ body: { email, password } }) {
      await limits.takeSignUp();
      const id = await accounts.signUp(email, await passwords.hash(password));
      if (id === undefined) accountEvents.signUpRepeated();
      else accountEvents.signedUp(id);
      return { status: 202 };
    },
    getMe: async ({ caller }) => ({ status: 200, body: await getUser(accounts, caller.userId) }),
    async changePassword({ caller, body }) {
      await changePassword(dependencies, caller.userId, body);
      return { status: 204 };
    },
    async listUsers({ query: { cursor, limit } }) {
      return { status: 200, body: toPage(await accounts.list({ after: cursor, limit: limit + 1 }), limit) };
    },
    async getUser({ params: { id }, caller }) {
      if (caller.role !== 'admin' && caller.userId !== id) throw noAccount(id);
      return { status: 200, body: await getUser(accounts, id) };
    },
    async patchUser({ params: { id }, body: patch, caller }) {
      const changed = await accounts.update(id, patch);
      if (!changed) throw noAccount(id);
      accountEvents.changed(changed, caller.userId);
      return { status: 200, body: changed };
    },
    async getAccount({ params: { id } }) {
      const { email, role, status } = await getUser(accounts, id);
      return { status: 200, body: { id, email, role, status } };
    },
  };
}

async function getUser(accounts: AccountStore, id: string): Promise<User> {
  const found = await accounts.find(id);
  if (!found) throw noAccount(id);
  return found;
}

const noAccount = (id: string) => accountNotFound(`no account has the id ${id}`);

async function changePassword(
  { accounts, passwords, limits, accountEvents }: Dependencies,
  accountId: string,
  { currentPassword, newPassword }: PasswordChange,
): Promise<void> {
  await limits.takePasswordChange(accountId);
  const current = await accounts.findPassword(accountId);
  if (!current || !(await passwords.matches(currentPassword, current.hash))) {
    throw passwordWrong('the current password is another one');
  }
  const isChanged = await accounts.changePassword(current, await passwords.hash(newPassword));
  if (!isChanged) throw passwordWrong('the password was changed while this request was being served');
  accountEvents.passwordChanged(accountId);
}
