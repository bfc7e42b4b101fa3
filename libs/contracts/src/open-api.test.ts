import { defineProblem } from '@fairlead/problem';
import express from 'express';
import request from 'supertest';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineContract } from './contract.ts';
import { createDocumentationRouter } from './documentation.ts';
import { toOpenApi } from './open-api.ts';
import { integerParameter } from './parameters.ts';

const gone = defineProblem({ code: 'test/gone', kind: 'not-found', meaning: 'It is <gone>.' });

const contract = defineContract({
  service: 'test',
  title: 'Test',
  description: 'For tests.',
  version: '1.0.0',
  routes: {
    change: {
      method: 'patch',
      path: '/things/:id',
      summary: 'Change a thing.',
      audience: 'admin',
      params: z.strictObject({ id: z.uuid() }),
      query: z.strictObject({ limit: integerParameter({ min: 1, max: 10, default: 5 }) }),
      headers: z.object({ 'if-match': z.string() }),
      body: z.strictObject({ name: z.string() }),
      mediaTypes: ['application/merge-patch+json'],
      responses: {
        200: { description: 'It.', body: z.strictObject({ name: z.string() }), headers: { ETag: 'Its version.' } },
      },
      problems: [gone],
    },
  },
});

const { paths } = toOpenApi(contract);
const operation = paths['/things/{id}']?.patch;

test('every part of a route stands in the document', () => {
  expect(operation).toMatchObject({
    operationId: 'change',
    'x-audience': 'admin',
    security: [{ accessToken: [] }],
    parameters: [
      { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } },
      { name: 'limit', in: 'query', required: false, schema: { type: 'integer', minimum: 1, maximum: 10, default: 5 } },
      { name: 'if-match', in: 'header', required: true },
    ],
    requestBody: {
      content: { 'application/merge-patch+json': { schema: { required: ['name'], additionalProperties: false } } },
    },
    responses: { 200: { headers: { ETag: { description: 'Its version.' } } } },
  });
});

test('every problem that a route can answer stands under its status', () => {
  const documented = Object.entries(operation?.responses ?? {}).map(([status, { description }]) => [
    status,
    [...description.matchAll(/`([\w-]+\/[\w-]+)`/g)].map(([, code]) => code),
  ]);
  expect(Object.fromEntries(documented)).toEqual({
    200: [],
    400: ['request/invalid', 'request/malformed'],
    401: ['request/unauthenticated'],
    403: ['request/forbidden'],
    404: ['test/gone'],
    413: ['request/body-too-large'],
    415: ['request/unsupported-media-type'],
    500: ['request/internal'],
    503: ['request/unverifiable'],
  });
});

test('the document and a page made of it are served, and the page loads nothing from elsewhere', async () => {
  const app = express().use(createDocumentationRouter(contract));
  const document = await request(app).get('/openapi.json').expect(200).expect('Content-Type', /json/);
  expect(document.body).toMatchObject({ openapi: '3.1.0', paths: { '/things/{id}': {} } });
  const page = await request(app).get('/docs').expect(200).expect('Content-Type', /html/);
  expect(page.text).toContain('Change a thing.');
  expect(page.text).toContain('It is &#60;gone&#62;.');
  expect(page.text).not.toMatch(/src=|https?:\/\//);
});
