import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AwsError } from '../protocol/aws-error.ts';
import type { Secret } from './secret.ts';
import { addVersion, getVersion, moveStage } from './secret-versions.ts';

const DAY_MS = 86_400_000;

function emptySecret(): Secret {
  return { arn: 'arn', name: 'name', tags: [], createdAt: 0, changedAt: 0, versions: [] };
}

function add(secret: Secret, id: string, more: { stages?: string[]; now?: number } = {}) {
  return addVersion(secret, { id, value: { kind: 'string', data: id }, now: 0, ...more });
}

const stage = fc.constantFrom('AWSCURRENT', 'AWSPREVIOUS', 'AWSPENDING', 'blue');
const id = fc.constantFrom('v1', 'v2', 'v3', 'v4');
const step = fc.oneof(
  fc.record({ add: id, stages: fc.option(fc.uniqueArray(stage, { minLength: 1 }), { nil: undefined }) }),
  fc.record({ move: stage, to: fc.option(id, { nil: undefined }), from: fc.option(id, { nil: undefined }) }),
);

/** Applies a step as the service would: a refusal changes nothing. */
function apply(secret: Secret, one: typeof step extends fc.Arbitrary<infer T> ? T : never): void {
  const before = structuredClone(secret);
  try {
    if ('add' in one) add(secret, one.add, one.stages ? { stages: one.stages } : {});
    else moveStage(secret, { stage: one.move, moveTo: one.to, removeFrom: one.from });
  } catch (error) {
    expect(error).toBeInstanceOf(AwsError);
    expect(secret).toEqual(before);
  }
}

test('whatever is put and moved, a label stands on one version and one version is current', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const secret = emptySecret();
      for (const one of steps) {
        const before = secret.versions.find(({ stages }) => stages.includes('AWSCURRENT'))?.id;
        apply(secret, one);
        const labels = secret.versions.flatMap(({ stages }) => stages);
        expect(new Set(labels).size).toBe(labels.length);
        if (secret.versions.length === 0) continue;
        const current = getVersion(secret, {});
        if (before !== undefined && before !== current.id && !('add' in one && one.stages?.includes('AWSPREVIOUS'))) {
          expect(getVersion(secret, { stage: 'AWSPREVIOUS' }).id).toBe(before);
        }
      }
    }),
  );
});

test('a version without labels is kept among the newest hundred or for a day', () => {
  const secret = emptySecret();
  for (let index = 0; index < 150; index += 1) add(secret, `v${index}`);
  expect(secret.versions).toHaveLength(150);
  add(secret, 'late', { now: DAY_MS });
  expect(secret.versions).toHaveLength(100);
  expect(getVersion(secret, {}).id).toBe('late');
});

test('a version takes twenty labels and no more', () => {
  const secret = emptySecret();
  add(secret, 'v1');
  const stages = Array.from({ length: 20 }, (_, index) => `label-${index}`);
  add(secret, 'v2', { stages });
  expect(() => {
    moveStage(secret, { stage: 'AWSCURRENT', moveTo: 'v2', removeFrom: 'v1' });
  }).toThrow(/at most 20/);
});
