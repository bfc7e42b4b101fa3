import { requestProblems, toDocument, Problem } from '@fairlead/problem';
import express, { type ErrorRequestHandler } from 'express';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { defineContract, type Caller } from '../src/contract.ts';
import { createRouter, type Authorize } from '../src/create-router.ts';
import { checkAccess } from './check-access.ts';
import { fuzzApi } from './fuzz-api.ts';

const contract = defineContract({
  service: 'test',
  title: 'Test',
  description: 'For tests.',
  version: '1.0.0',
  routes: {
    create: {
      method: 'post',
      path: '/things',
      summary: 'A new thing.',
      audience: 'customer',
      body: z.strictObject({ count: z.int().min(0).max(9), name: z.string().min(1).max(5) }),
      responses: { 204: { description: 'Made.' } },
    },
  },
});

const handle: ErrorRequestHandler = (error, _request, response, _next) => {
  const problem = error instanceof Problem ? error : requestProblems.internal('broken');
  response.status(problem.status).json(toDocument(problem));
};

const letIn: Authorize = (_audience, { headers }): Caller => {
  if (headers.authorization !== 'customer') throw requestProblems.unauthenticated('no');
  return { userId: 'somebody', role: 'customer' };
};

async function listen(create: (count: number) => void, authorize = letIn): Promise<number> {
  const handlers = {
    create: ({ body }: { body: { count: number } }) => {
      create(body.count);
      return Promise.resolve({ status: 204 as const });
    },
  };
  const app = express()
    .use(createRouter(contract, handlers, { authorize }))
    .use(handle);
  const server = app.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const options = { headersOf: () => ({ Authorization: 'customer' }), runs: 300, seed: 1 };

test('a service that keeps to its contract passes', async () => {
  expect(await fuzzApi(contract, { ...options, port: await listen(() => undefined) })).toEqual([]);
});

test('a service that breaks, hangs or takes what it should not is found out', async () => {
  const breaks = await listen(() => {
    throw new Error('broken');
  });
  expect((await fuzzApi(contract, { ...options, port: breaks })).join('\n')).toContain('500');

  const lax = express().use((_request, response) => void response.status(204).end());
  const server = lax.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect((await fuzzApi(contract, { ...options, port })).join('\n')).toMatch(/create with body .*: taken with 204/);
});

test('a caller who is let in, or kept out, against the audience of a route is found out', async () => {
  const known = { Authorization: 'customer' };
  const visitors = {
    anonymous: {},
    customer: known,
    'other customer': known,
    admin: known,
    service: {},
    expired: {},
    forged: {},
  };
  expect(await checkAccess(contract, { port: await listen(() => undefined), visitors })).toEqual([]);
  const open = await listen(
    () => undefined,
    () => undefined,
  );
  const faults = await checkAccess(contract, { port: open, visitors });
  expect(faults).toContain('anonymous at create (for customer): 204, not 401');
  expect(faults).toHaveLength(4);
});
