import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Balancer } from './balancer.ts';
import type { DiscoveryEvent, Instance, Lease } from './discovery.ts';

const NONE: ReadonlySet<string> = new Set();

const instancesOf = (ids: string, zone?: string): Instance[] =>
  Array.from(ids, (id) => ({ id, host: '10.0.0.1', port: 8080, ...(zone !== undefined && { zone }) }));

function createBalancer(instances: readonly Instance[], zone?: string) {
  const clock = { now: 0 };
  const events: DiscoveryEvent[] = [];
  const balancer = new Balancer('users', { zone, now: () => clock.now, onEvent: (event) => events.push(event) });
  balancer.update(instances);
  return { balancer, clock, events };
}

/** Acquires until it gets the instance; releases the others. */
function acquireOnly(balancer: Balancer, id: string): Lease {
  for (;;) {
    const lease = balancer.acquire(NONE);
    if (lease?.instance.id === id) return lease;
    lease?.release();
  }
}

/** How often each instance is picked for a request that is answered before the next. */
function countPicks(balancer: Balancer, requests = 400): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let request = 0; request < requests; request++) {
    const lease = balancer.acquire(NONE)!;
    counts[lease.instance.id] = (counts[lease.instance.id] ?? 0) + 1;
    lease.succeed();
  }
  return counts;
}

describe('requests', () => {
  test('are spread over all instances', () => {
    const counts = countPicks(createBalancer(instancesOf('abcd')).balancer);
    for (const id of 'abcd') expect(counts[id]).toBeGreaterThan(50);
  });

  test('go to the less loaded of two', () => {
    const { balancer } = createBalancer(instancesOf('ab'));
    acquireOnly(balancer, 'a');
    for (let request = 0; request < 20; request++) {
      const lease = balancer.acquire(NONE)!;
      expect(lease.instance.id).toBe('b');
      lease.succeed();
    }
  });

  test('under way at once are never far apart between instances', () => {
    const { balancer } = createBalancer(instancesOf('abcd'));
    const load = new Map<string, number>();
    for (let request = 0; request < 400; request++) {
      const { id } = balancer.acquire(NONE)!.instance;
      load.set(id, (load.get(id) ?? 0) + 1);
    }
    expect(Math.max(...load.values()) - Math.min(...load.values())).toBeLessThan(15);
  });

  test('stay in the own zone where it has its share of the instances', () => {
    const instances = [...instancesOf('abc', 'zone-1'), ...instancesOf('def', 'zone-2')];
    expect(Object.keys(countPicks(createBalancer(instances, 'zone-1').balancer)).sort()).toEqual(['a', 'b', 'c']);
  });

  test.each([
    ['has a single instance', 'a', 'bc'],
    ['has less than its share of them', 'ab', 'cdefgh'],
    ['has none', '', 'ab'],
  ])('leave the own zone where it %s', (_title, near, far) => {
    const { balancer } = createBalancer([...instancesOf(near, 'zone-1'), ...instancesOf(far, 'zone-2')], 'zone-1');
    expect(Object.keys(countPicks(balancer))).toHaveLength(near.length + far.length);
  });

  test('leave the own zone while its instances fail', () => {
    const instances = [...instancesOf('ab', 'zone-1'), ...instancesOf('cd', 'zone-2')];
    const { balancer } = createBalancer(instances, 'zone-1');
    acquireOnly(balancer, 'a').fail('unreachable');
    expect(Object.keys(countPicks(balancer)).sort()).toEqual(['b', 'c', 'd']);
  });
});

describe('an instance that fails', () => {
  test('is left out, told of, and brought back by one request', () => {
    const { balancer, clock, events } = createBalancer(instancesOf('abc'));
    acquireOnly(balancer, 'a').fail('unreachable');
    expect(Object.keys(countPicks(balancer)).sort()).toEqual(['b', 'c']);
    clock.now = 1000;
    const probe = acquireOnly(balancer, 'a');
    expect(Object.keys(countPicks(balancer)).sort()).toEqual(['b', 'c']);
    probe.succeed();
    expect(Object.keys(countPicks(balancer)).sort()).toEqual(['a', 'b', 'c']);
    expect(events).toMatchObject([
      { type: 'instance-ejected', service: 'users', instance: { id: 'a' }, forMs: 1000 },
      { type: 'instance-restored', service: 'users', instance: { id: 'a' } },
    ]);
  });

  test('is used all the same where it is the only one', () => {
    const { balancer } = createBalancer(instancesOf('a'));
    for (let request = 0; request < 5; request++) balancer.acquire(NONE)!.fail('unreachable');
    expect(balancer.acquire(NONE)?.instance.id).toBe('a');
  });

  test('is remembered when the instances are found again, and forgotten when it was gone in between', () => {
    const { balancer } = createBalancer(instancesOf('abc'));
    acquireOnly(balancer, 'a').fail('unreachable');
    balancer.update(instancesOf('abcd'));
    expect(countPicks(balancer)).not.toHaveProperty('a');
    balancer.update(instancesOf('bcd'));
    balancer.update(instancesOf('abcd'));
    expect(countPicks(balancer)).toHaveProperty('a');
  });

  test('does not count twice where its use is ended twice', () => {
    const { balancer, events } = createBalancer(instancesOf('ab'));
    const lease = acquireOnly(balancer, 'a');
    for (let time = 0; time < 5; time++) lease.fail();
    expect(events).toEqual([]);
  });
});

const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

type Step =
  | { type: 'update'; known: string[] }
  | { type: 'acquire'; avoid: string[] }
  | { type: 'end'; which: number; how: 'succeed' | 'fail' | 'unreachable' | 'release' }
  | { type: 'wait'; ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ type: fc.constant('update' as const), known: fc.subarray(ids) }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('acquire' as const), avoid: fc.subarray(ids) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('end' as const),
      which: fc.nat(30),
      how: fc.constantFrom('succeed' as const, 'fail' as const, 'unreachable' as const, 'release' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.nat(20_000) }) },
);

test('whatever happens: only known instances, others than those to avoid where there are any, and never less than half', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150 }), (history) => {
      const { balancer, clock } = createBalancer(instancesOf('abc'));
      let known = ['a', 'b', 'c'];
      const leases: Lease[] = [];
      for (const one of history) {
        if (one.type === 'wait') clock.now += one.ms;
        else if (one.type === 'update') {
          known = one.known;
          balancer.update(instancesOf(known.join('')));
        } else if (one.type === 'acquire') {
          const lease = balancer.acquire(new Set(one.avoid));
          expect(lease === undefined).toBe(known.length === 0);
          if (!lease) continue;
          expect(known).toContain(lease.instance.id);
          const hasOther = known.some((id) => !one.avoid.includes(id));
          expect(hasOther && one.avoid.includes(lease.instance.id)).toBe(false);
          leases.push(lease);
        } else {
          const [lease] = leases.splice(one.which % Math.max(leases.length, 1), 1);
          if (one.how === 'unreachable') lease?.fail('unreachable');
          else if (lease) lease[one.how]();
        }
      }
      for (const lease of leases) lease.release();
      const picked = new Set(Array.from({ length: 200 }, () => release(balancer.acquire(NONE))));
      if (known.length > 0) expect(picked.size).toBeGreaterThanOrEqual(Math.ceil(known.length / 2));
    }),
    { numRuns: 200 },
  );
});

function release(lease: Lease | undefined): string | undefined {
  lease?.release();
  return lease?.instance.id;
}
