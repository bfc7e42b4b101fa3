import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocatePriorities } from './listener-priorities.ts';

const names = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9-]{1,18}[a-z0-9]$/), { minLength: 1, maxLength: 99 });

describe('the priorities of listener rules', () => {
  it('are never given twice, and are ones that a listener takes', () => {
    fc.assert(
      fc.property(names, (services) => {
        const priorities = [...allocatePriorities(services).values()];
        expect(new Set(priorities).size).toBe(services.length);
        expect(priorities.every((priority) => priority >= 1 && priority <= 50_000)).toBe(true);
      }),
    );
  });

  it('move on to the next free one where two names ask for the same', () => {
    // Found by search: both names ask for one priority.
    const [first, second] = findCollision();
    const priorities = allocatePriorities([second, first]);
    expect(priorities.get(second)).toBe(((priorities.get(first) ?? 0) % 50_000) + 1);
  });

  it('do not depend on the order in which services are found', () => {
    fc.assert(
      fc.property(names, (services) => {
        expect(allocatePriorities(services.toReversed())).toEqual(allocatePriorities(services));
      }),
    );
  });

  it('stay as they are when a service is added', () => {
    const before = allocatePriorities(['catalog', 'payments']);
    const after = allocatePriorities(['catalog', 'payments', 'users']);
    expect([...after].filter(([name]) => name !== 'users')).toEqual([...before]);
  });
});

function findCollision(): [string, string] {
  const asking = new Map<number, string>();
  for (let index = 0; ; index += 1) {
    const name = `service-${index.toString().padStart(5, '0')}`;
    const [priority] = allocatePriorities([name]).values();
    const other = asking.get(priority!);
    if (other !== undefined) return [other, name];
    asking.set(priority!, name);
  }
}
