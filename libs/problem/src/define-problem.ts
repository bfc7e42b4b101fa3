import type { ProblemKind } from './kinds.ts';
import { Problem, type ProblemOptions } from './problem.ts';

export interface ProblemDefinition {
  readonly code: string;
  readonly kind: ProblemKind;
  /** When it happens and what the caller can do: a sentence or two of the reference. */
  readonly meaning: string;
}

/** Makes a problem of one code. It carries its definition, from which contracts and the reference are written. */
export interface ProblemFactory extends ProblemDefinition {
  (detail: string, options?: ProblemOptions): Problem;
}

/** Defines an expected error once: `throw productNotFound('no product has the id …')`. */
export function defineProblem(definition: ProblemDefinition): ProblemFactory {
  const create = (detail: string, options?: ProblemOptions) =>
    new Problem(definition.kind, definition.code, detail, options);
  return Object.assign(create, definition);
}
