import { defineContract } from '@fairlead/contracts';
import { defineProblem } from '@fairlead/problem';
import { z } from 'zod';

export const thingNotFound = defineProblem({ code: 'things/not-found', kind: 'not-found', meaning: 'There is none.' });
export const shelfUnavailable = defineProblem({
  code: 'things/shelf-unavailable',
  kind: 'unavailable',
  meaning: 'Later.',
});

export const reportNotSigned = defineProblem({
  code: 'things/not-signed',
  kind: 'unauthenticated',
  meaning: 'Sign it.',
});

const thing = z.strictObject({ id: z.string(), name: z.string() });
const params = z.strictObject({ id: z.string() });
const responses = { 200: { description: 'It.', body: thing } };

/** A route of every sort that a call can differ by. */
export const api = defineContract({
  service: 'things',
  title: 'Things',
  description: 'For tests.',
  version: '1.0.0',
  routes: {
    getThing: {
      method: 'get',
      path: '/things/:id',
      summary: 'Get a thing.',
      audience: 'anyone',
      params,
      responses: { 200: { ...responses[200], headers: { ETag: 'Its version.' } } },
      problems: [thingNotFound, shelfUnavailable],
    },
    listThings: {
      method: 'get',
      path: '/things',
      summary: 'List things.',
      audience: 'service',
      query: z.strictObject({ tag: z.array(z.string()).optional(), limit: z.int().optional() }),
      headers: z.object({ 'if-none-match': z.string().optional() }),
      responses: { 200: { description: 'They.', body: z.strictObject({ things: z.array(thing) }) } },
    },
    createThing: {
      method: 'post',
      path: '/things',
      summary: 'Create a thing.',
      audience: 'service',
      body: z.strictObject({ name: z.string() }),
      responses: { 201: { description: 'It.', body: thing } },
      problems: [shelfUnavailable],
    },
    reportThing: {
      method: 'post',
      path: '/reports',
      summary: 'Report a thing, once or more often.',
      audience: 'service',
      idempotent: true,
      body: z.strictObject({ id: z.string() }),
      responses: { 204: { description: 'Taken.' } },
      problems: [reportNotSigned],
    },
    changeThing: {
      method: 'patch',
      path: '/things/:id',
      summary: 'Change a thing.',
      audience: 'service',
      params,
      body: z.strictObject({ name: z.string() }),
      mediaTypes: ['application/merge-patch+json'],
      responses,
    },
  },
});
