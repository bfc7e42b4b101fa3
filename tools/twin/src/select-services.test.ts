import { defineService } from '@fairlead/manifest';
import { expect, test } from 'vitest';
import { UserError } from './errors.ts';
import { selectServices } from './select-services.ts';

const declare = (name: string, ...calls: string[]) =>
  defineService({
    name,
    size: { cpu: 256, memoryMiB: 512 },
    scaling: { min: 1, max: 2, cpuPercent: 60 },
    calls,
  });

const SERVICES = [
  declare('catalog'),
  declare('orders', 'carts', 'payments'),
  declare('carts', 'catalog'),
  declare('payments', 'orders'),
  declare('users'),
];

test('without a name every service runs', () => {
  expect(selectServices(SERVICES, undefined)).toEqual(new Set(['catalog', 'orders', 'carts', 'payments', 'users']));
});

test.for([
  ['catalog', ['catalog']],
  ['carts', ['carts', 'catalog']],
  ['orders', ['orders', 'carts', 'catalog', 'payments']],
  ['payments', ['payments', 'orders', 'carts', 'catalog']],
] as const)('%s runs with all that it calls, at any depth: %j', ([name, expected]) => {
  expect(selectServices(SERVICES, name)).toEqual(new Set(expected));
});

test('a name that nobody has is refused with those that there are', () => {
  const select = () => selectServices(SERVICES, 'catalogue');
  expect(select).toThrow(UserError);
  expect(select).toThrow('no service is called "catalogue"; there are: catalog, orders, carts, payments, users');
});
