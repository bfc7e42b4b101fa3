import request from 'supertest';
import { expect, test } from 'vitest';
import { startCatalog } from '../test/start-catalog.ts';
import { catalogContract } from './contract.ts';

test('every route is in the OpenAPI document, and nothing else is', async () => {
  const { app } = await startCatalog();
  const { paths } = (await request(app).get('/openapi.json').expect(200)).body as { paths: Record<string, object> };
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  const routes = Object.values(catalogContract.routes).map(
    ({ method, path }) => `${method} ${path.replace(':id', '{id}')}`,
  );
  expect(documented.sort()).toEqual(routes.sort());
});

test('the database is told of where dependencies are asked for', async () => {
  const { app } = await startCatalog();
  const response = await request(app).get('/healthz').expect(200);
  expect(response.body).toEqual({ status: 'pass', checks: { database: { status: 'pass' } } });
});

test('nothing secret is logged, whatever a caller sends', async () => {
  const { app, admin, log } = await startCatalog();
  const canary = 'canary-7f3e9a';
  await request(app)
    .get(`/products?q=${canary}&password=${canary}`)
    .set('Authorization', `Bearer ${canary}`)
    .set('Cookie', `session=${canary}`);
  await admin.post('/products').send({ password: canary, cardNumber: '4242424242424242' });
  await admin.post('/products').set('Content-Type', 'application/json').send(`{"token":"${canary}",`);
  await request(app).get(`/products/${canary}`).set('X-Request-Id', `${canary}\r\n`.trim());
  expect(log.length).toBeGreaterThan(3);
  const text = log.filter((line) => !line.includes(`"path":"/products/${canary}"`)).join('');
  expect(text).not.toContain(`"${canary}"`);
  expect(text).not.toContain('4242424242424242');
  expect(text).not.toContain(`Bearer ${canary}`);
});
