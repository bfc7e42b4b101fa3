import { createVisitors, testUsers } from '@fairlead/auth/testing';
import { checkAccess } from '@fairlead/contracts/testing';
import request from 'supertest';
import { expect, test } from 'vitest';
import { listen } from '../test/listen.ts';
import { addTestUsers, startUsers } from '../test/start-users.ts';
import { usersContract } from './contract.ts';

const UNKNOWN = '01a1fd95-ac1d-77a5-996f-79e362c5112c';

test('every route lets in whom its audience says, and nobody else', async () => {
  const users = await startUsers();
  await addTestUsers(users);
  const visitors = await createVisitors(users.access);
  const owned = { id: testUsers.customer.userId };
  expect(await checkAccess(usersContract, { port: await listen(users), visitors, owned })).toEqual([]);
});

test('a token of an account that is gone, or was suspended, opens nothing', async () => {
  const users = await startUsers();
  await addTestUsers(users);
  const { app, access, dependencies } = users;
  await dependencies.accounts.update(testUsers.customer.userId, { status: 'suspended' });
  const gone = { userId: UNKNOWN, role: 'admin' } as const;
  for (const caller of [gone, testUsers.customer]) {
    const authorization = `Bearer ${await access.accessToken(caller)}`;
    for (const path of ['/users/me', `/users/${testUsers.customer.userId}`]) {
      const response = await request(app).get(path).set('Authorization', authorization);
      expect(response.status, `${path} of ${caller.userId}`).toBe(401);
    }
  }
});
