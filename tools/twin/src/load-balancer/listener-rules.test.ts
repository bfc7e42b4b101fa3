import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ListenerAction, ListenerRule } from '../graph/resources.ts';
import { findActions, type MatchedRequest } from './listener-rules.ts';

const REQUEST: MatchedRequest = { host: 'shop.example.com', path: '/products/1' };

const forwardTo = (targetGroupArn: string): ListenerAction[] => [{ type: 'forward', targetGroupArn }];

const defineRule = (changes: Partial<ListenerRule>): ListenerRule => ({
  listenerArn: 'arn:listener',
  priority: 1,
  conditions: [],
  actions: forwardTo('rule'),
  ...changes,
});

const isForwarded = (conditions: ListenerRule['conditions'], request: Partial<MatchedRequest>): boolean =>
  findActions([defineRule({ conditions })], [], { ...REQUEST, ...request }).length > 0;

const matchesPath = (pattern: string, path: string) => isForwarded([{ pathPattern: { values: [pattern] } }], { path });

const matchesHost = (pattern: string, host: string) => isForwarded([{ hostHeader: { values: [pattern] } }], { host });

test.for([
  ['/products', '/products', true],
  ['/products', '/products/', false],
  ['/products', '/v1/products', false],
  ['/products/*', '/products/', true],
  ['/products/*', '/products/1/reviews', true],
  ['/products/*', '/products', false],
  ['*', '/anything', true],
  ['/products/?', '/products/7', true],
  ['/products/?', '/products/', false],
  ['/products/?', '/products/77', false],
  ['/Products', '/products', false],
  ['/a.c', '/abc', false],
  ['/a.c', '/a.c', true],
  ['/(a|b)+', '/a', false],
  ['/[ab]', '/a', false],
  ['/a$', '/a$', true],
] as const)('the path pattern %s and the path %s match: %s', ([pattern, path, expected]) => {
  expect(matchesPath(pattern, path)).toBe(expected);
});

test.for([
  ['shop.example.com', 'Shop.Example.COM', true],
  ['*.example.com', 'shop.example.com', true],
  ['*.example.com', 'example.com', false],
  ['shop.example.com', 'shopXexample.com', false],
] as const)('the host pattern %s and the host %s match: %s', ([pattern, host, expected]) => {
  expect(matchesHost(pattern, host)).toBe(expected);
});

test('a pattern without wildcards matches itself and nothing else', () => {
  const text = fc.string().map((characters) => characters.replaceAll(/[*?]/g, ''));
  fc.assert(
    fc.property(text, text, (pattern, path) => {
      expect(matchesPath(pattern, pattern)).toBe(true);
      expect(matchesPath(pattern, path)).toBe(pattern === path);
    }),
  );
});

test('a wildcard stands for any text, a question mark for any character', () => {
  const literal = fc.string().map((characters) => characters.replaceAll(/[*?]/g, ''));
  const piece = fc.oneof(
    literal.map((characters) => ({ pattern: characters, path: characters })),
    fc.string().map((characters) => ({ pattern: '*', path: characters })),
    fc.string({ minLength: 1, maxLength: 1 }).map((character) => ({ pattern: '?', path: character })),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const join = (key: 'pattern' | 'path') => pieces.map((part) => part[key]).join('');
      expect(matchesPath(join('pattern'), join('path'))).toBe(true);
    }),
  );
});

test('of two rules that match, the one with the lower priority number decides, whatever their order', () => {
  const general = defineRule({ priority: 20, actions: forwardTo('general') });
  const special = defineRule({ priority: 3, actions: forwardTo('special') });
  expect(findActions([general, special], [], REQUEST)).toEqual(forwardTo('special'));
  expect(findActions([special, general], [], REQUEST)).toEqual(forwardTo('special'));
});

test('one value of a condition is enough, but every condition must hold', () => {
  const conditions = [
    { pathPattern: { values: ['/carts', '/products/*'] } },
    { hostHeader: { values: ['shop.example.com'] } },
  ];
  expect(isForwarded(conditions, {})).toBe(true);
  expect(isForwarded(conditions, { host: 'other.example.com' })).toBe(false);
  expect(isForwarded(conditions, { path: '/users' })).toBe(false);
});

test('what no rule matches gets the default actions', () => {
  const rule = defineRule({ conditions: [{ pathPattern: { values: ['/carts'] } }] });
  expect(findActions([rule], forwardTo('default'), REQUEST)).toEqual(forwardTo('default'));
});
