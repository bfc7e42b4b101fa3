import { createVisitors, testUsers } from '@fairlead/auth/testing';
import { fuzzApi } from '@fairlead/contracts/testing';
import request from 'supertest';
import { expect, test } from 'vitest';
import { listen } from '../test/listen.ts';
import { addTestUsers, startUsers } from '../test/start-users.ts';
import { usersContract } from './contract.ts';

const SEED = Number(process.env.FAIRLEAD_SEED ?? Date.now() % 1_000_000);

interface AccessLine {
  message: string;
  route?: string;
  status: number;
}

test(`no mutation of a valid request breaks the service, or is taken though it is invalid (seed ${SEED})`, async () => {
  const users = await startUsers({ signInsPerAccount: 100_000 });
  await addTestUsers(users);
  const { admin, service } = await createVisitors(users.access);
  const headersOf = (audience: string) => (audience === 'service' ? service : admin);
  const options = { port: await listen(users), headersOf, runs: 2000, seed: SEED };
  expect(await fuzzApi(usersContract, options)).toEqual([]);

  // Nothing was hidden: no limit was in the way, every route was reached, and the admin was one to the end.
  const lines = users.log.map((line) => JSON.parse(line) as AccessLine).filter(({ message }) => message === 'request');
  expect(lines.filter(({ status }) => status === 429)).toEqual([]);
  const routes = new Set(Object.values(usersContract.routes).map(({ path }) => path));
  expect(routes.difference(new Set(lines.map(({ route }) => route)))).toEqual(new Set());
  const me = await request(users.app).get('/users/me').set(admin).expect(200);
  expect(me.body).toMatchObject({ id: testUsers.admin.userId, role: 'admin', status: 'active' });
}, 60_000);
