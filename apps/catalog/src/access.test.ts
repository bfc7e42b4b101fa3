import { createVisitors } from '@fairlead/auth/testing';
import { checkAccess } from '@fairlead/contracts/testing';
import request from 'supertest';
import { describe, expect, test } from 'vitest';
import { listen } from '@fairlead/service/testing';
import { startCatalog } from '../test/start-catalog.ts';
import { catalogContract } from './contract.ts';

const UNKNOWN = '01a1fd95-ac1d-77a5-996f-79e362c5112c';

test('every route lets in whom its audience says, and nobody else', async () => {
  const { app, access } = await startCatalog();
  const port = await listen(app);
  expect(await checkAccess(catalogContract, { port, visitors: await createVisitors(access) })).toEqual([]);
});

test('no token that is not valid opens any route', async () => {
  const { app, access } = await startCatalog();
  const accepted = [];
  for (const [fault, token] of Object.entries(await access.invalidTokens())) {
    const authorization = `Bearer ${token}`;
    const asAdmin = await request(app).post('/products').set('Authorization', authorization).send({});
    const asService = await request(app)
      .put(`/reservations/${UNKNOWN}/commitment`)
      .set('Authorization', authorization)
      .send();
    if (asAdmin.status !== 401 || asService.status !== 401) accepted.push(fault);
  }
  expect(accepted).toEqual([]);
});

describe('while users cannot be reached', () => {
  test('whoever needs no token is served, and a token is neither accepted nor refused', async () => {
    const { app, admin, users } = await startCatalog();
    await users.stop();
    await request(app).get('/products').expect(200);
    const response = await admin.post('/products').send({}).expect(503);
    expect(response.body).toMatchObject({ code: 'request/unverifiable' });
  });

  test('the keys that are known go on serving', async () => {
    const { admin, users } = await startCatalog();
    await admin.post('/products').send({}).expect(400);
    await users.stop();
    await admin.post('/products').send({}).expect(400);
  });

  test('services go on reserving', async () => {
    const { payments, users } = await startCatalog();
    await users.stop();
    await payments.put(`/reservations/${UNKNOWN}/commitment`).expect(409);
  });
});
