import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CloudMapRegistry } from './cloud-map-registry.ts';
import { discover, type HealthFilter } from './discovery.ts';

const SERVICE = { id: 's', arn: 'arn', name: 's', namespaceId: 'n', healthCheckCustomConfig: {} };

const instances = fc.uniqueArray(
  fc.record({ id: fc.string({ minLength: 1 }), zone: fc.constantFrom('a', 'b'), healthy: fc.boolean() }),
  { selector: ({ id }) => id, maxLength: 12 },
);

test('discovery answers exactly the instances that match, whatever is registered', () => {
  const filter = fc.constantFrom<HealthFilter>('HEALTHY', 'UNHEALTHY', 'ALL', 'HEALTHY_OR_ELSE_ALL');
  fc.assert(
    fc.property(instances, filter, fc.option(fc.constantFrom('a', 'b', 'c')), (registered, health, zone) => {
      const registry = new CloudMapRegistry();
      registry.declareService(SERVICE);
      for (const one of registered) {
        registry.register('s', { id: one.id, attributes: { zone: one.zone } });
        registry.setHealth('s', one.id, one.healthy ? 'HEALTHY' : 'UNHEALTHY');
      }
      const query = { required: {}, optional: zone === null ? {} : { zone }, health, maxResults: 100 };
      const found = discover(registry, SERVICE, query).map(({ instance }) => instance.id);

      const healthy = registered.filter((one) => one.healthy);
      const byHealth = {
        ALL: registered,
        HEALTHY: healthy,
        UNHEALTHY: registered.filter((one) => !one.healthy),
        HEALTHY_OR_ELSE_ALL: healthy.length > 0 ? healthy : registered,
      }[health];
      const near = byHealth.filter((one) => zone === null || one.zone === zone);
      const expected = (near.length > 0 ? near : byHealth).map(({ id }) => id);
      expect(found.sort()).toEqual(expected.sort());
    }),
  );
});

test('the order is random, so that callers spread over the instances', () => {
  const registry = new CloudMapRegistry();
  registry.declareService(SERVICE);
  for (const id of ['a', 'b', 'c', 'd']) registry.register('s', { id, attributes: {} });
  const query = { required: {}, optional: {}, health: 'HEALTHY', maxResults: 1 } as const;
  const chosen = Array.from({ length: 200 }, () => discover(registry, SERVICE, query)[0]?.instance.id);
  expect(new Set(chosen).size).toBe(4);
});
