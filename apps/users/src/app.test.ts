import request from 'supertest';
import { expect, test } from 'vitest';
import { refreshTokens, signIn } from '../test/sign-in.ts';
import { addAccount, PASSWORD, startUsers } from '../test/start-users.ts';
import { usersContract } from './contract.ts';

test('every route is in the OpenAPI document, and nothing else is', async () => {
  const { app } = await startUsers();
  const { paths } = (await request(app).get('/openapi.json').expect(200)).body as { paths: Record<string, object> };
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  const routes = Object.values(usersContract.routes).map(
    ({ method, path }) => `${method} ${path.replace(':id', '{id}')}`,
  );
  expect(documented.sort()).toEqual(routes.sort());
});

test('no password, token or address of a person is logged, whatever happens to them', async () => {
  const users = await startUsers({ signInsPerAccount: 3 });
  const { app, log, access } = users;
  const email = 'canary-4f2a@shop.example';
  await request(app).post('/users').send({ email, password: PASSWORD }).expect(202);
  await request(app).post('/users').send({ email, password: PASSWORD }).expect(202);
  const { accessToken, refreshToken } = await signIn(app, email);
  const next = await refreshTokens(app, refreshToken);
  await refreshTokens(app, next.refreshToken);
  await request(app).post('/users/sessions/refresh').send({ refreshToken }).expect(401);
  const newPassword = 'canary of another kind';
  await request(app)
    .put('/users/me/password')
    .set('Authorization', `Bearer ${accessToken}`)
    .send({ currentPassword: PASSWORD, newPassword })
    .expect(204);
  for (let guess = 0; guess < 4; guess++)
    await request(app).post('/users/sessions').send({ email, password: PASSWORD });
  await request(app).post('/users/sessions').send({ email, password: PASSWORD, more: newPassword }).expect(400);
  await request(app).post('/users').set('Content-Type', 'application/json').send(`{"password":"${newPassword}",`);
  const admin = await addAccount(users, { email: 'admin-4f2a@shop.example', role: 'admin' });
  await request(app).get('/users').set('Authorization', admin.authorization).expect(200);
  await request(app)
    .get('/users')
    .set('Authorization', `Bearer ${Object.values(await access.invalidTokens())[0]}`);

  expect(log.length).toBeGreaterThan(12);
  const text = log.join('');
  const secrets = [PASSWORD, newPassword, accessToken, refreshToken, next.refreshToken, '4f2a', admin.authorization];
  for (const secret of secrets) expect(text).not.toContain(secret);
});
