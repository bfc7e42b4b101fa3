export { defineProblem, type ProblemDefinition, type ProblemFactory } from './define-problem.ts';
export { PROBLEM_KINDS, type ProblemKind } from './kinds.ts';
export {
  PROBLEM_CONTENT_TYPE,
  Problem,
  toDocument,
  type FieldError,
  type ProblemDocument,
  type ProblemOptions,
} from './problem.ts';
export { databaseUnavailable, requestProblems } from './request-problems.ts';
