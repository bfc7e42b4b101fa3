import { expect, test } from 'vitest';
import { defineProblem } from './define-problem.ts';
import { toDocument } from './problem.ts';
import { requestProblems } from './request-problems.ts';

const outOfStock = defineProblem({ code: 'shop/out-of-stock', kind: 'conflict', meaning: 'There is none left.' });

test('a problem becomes the document of its status, with its code and the request', () => {
  expect(toDocument(outOfStock('no lamp is left'), 'request-1')).toEqual({
    type: 'about:blank',
    title: 'Conflict',
    status: 409,
    code: 'shop/out-of-stock',
    detail: 'no lamp is left',
    requestId: 'request-1',
  });
});

test('a problem keeps its cause to itself', () => {
  const problem = outOfStock('no lamp is left', { cause: new Error('row 7 of the secret table') });
  expect(problem.cause).toBeInstanceOf(Error);
  expect(JSON.stringify(toDocument(problem))).not.toContain('secret table');
});

test('every field at fault is in the document', () => {
  const errors = [{ in: 'body', field: 'name', message: 'is required' }];
  expect(toDocument(requestProblems.invalid('not valid: body name', { errors })).errors).toEqual(errors);
});

test('every code says who owns it and is unique', () => {
  const codes = Object.values(requestProblems).map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  for (const code of codes) expect(code).toMatch(/^request\/[a-z-]+$/);
});
