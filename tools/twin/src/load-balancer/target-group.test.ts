import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startServer } from '../../test/http.ts';
import { defineTargetGroup } from '../../test/resources.ts';
import { LOOPBACK, findFreePort } from '../ports.ts';
import { TargetGroup } from './target-group.ts';
import type { Target } from './target.ts';

/** A group with a server behind each of its targets, all healthy. */
async function startGroup(size: number, deregistrationDelay = 5) {
  const { port, close } = await startServer((_req, res) => res.end());
  const group = new TargetGroup(defineTargetGroup({ unhealthyThreshold: 1 }, deregistrationDelay), 60);
  const targets = Array.from({ length: size }, () => register(group, port));
  await Promise.all(targets.map(({ firstHealthy }) => firstHealthy));
  return { group, targets, close };
}

function register(group: TargetGroup, port: number): Target {
  const target = group.register({ host: LOOPBACK, port });
  onTestFinished(() => {
    target[Symbol.dispose]();
  });
  return target;
}

describe('the target of the next request', () => {
  test('is the one with the fewest under way', async () => {
    const { group, targets } = await startGroup(3);
    fc.assert(
      fc.property(fc.array(fc.nat(5), { minLength: 3, maxLength: 3 }), (outstanding) => {
        for (const [index, target] of targets.entries()) target.outstanding = outstanding[index]!;
        expect(group.choose()?.outstanding).toBe(Math.min(...outstanding));
      }),
    );
  });

  test('is each in turn among equals', async () => {
    const { group, targets } = await startGroup(3);
    const chosen = Array.from({ length: 6 }, () => targets.indexOf(group.choose()!));
    expect(new Set(chosen.slice(0, 3)).size).toBe(3);
    expect(chosen.slice(3)).toEqual(chosen.slice(0, 3));
  });

  test('is never one that has not been healthy yet', async () => {
    const { group, targets } = await startGroup(1);
    register(group, await findFreePort());
    for (let count = 0; count < 5; count++) expect(group.choose()).toBe(targets[0]);
  });

  test('is any that was healthy once, when none is', async () => {
    const { group, targets, close } = await startGroup(2);
    const fresh = register(group, await findFreePort());
    await close();
    await expect.poll(() => targets.map(({ health }) => health)).toEqual(['unhealthy', 'unhealthy']);
    const chosen = new Set(Array.from({ length: 6 }, () => group.choose()));
    expect(chosen).toEqual(new Set(targets));
    expect(chosen).not.toContain(fresh);
  });

  test('is nobody when there is none, or only new ones', async () => {
    const group = new TargetGroup(defineTargetGroup(), 60);
    expect(group.choose()).toBeUndefined();
    register(group, await findFreePort());
    expect(group.choose()).toBeUndefined();
  });
});

describe('a target that is deregistered', () => {
  test('gets no new requests from that moment', async () => {
    const { group, targets } = await startGroup(2);
    const [leaving, staying] = targets;
    const over = group.deregister(leaving!);
    for (let count = 0; count < 4; count++) expect(group.choose()).toBe(staying);
    await over;
    expect(group.choose()).toBe(staying);
  });

  test('is gone when its last request is over', async () => {
    const longDelay = 3600;
    const { group, targets } = await startGroup(1, longDelay);
    const target = targets[0]!;
    target.outstanding = 1;
    setTimeout(() => (target.outstanding = 0), 50);
    await group.deregister(target);
    expect(target.outstanding).toBe(0);
  });

  test('is gone after the deregistration delay, whatever it still serves', async () => {
    const { group, targets } = await startGroup(1, 0.1);
    targets[0]!.outstanding = 1;
    const started = performance.now();
    await group.deregister(targets[0]!);
    expect(performance.now() - started).toBeGreaterThanOrEqual(95);
    expect(group.choose()).toBeUndefined();
  });
});
