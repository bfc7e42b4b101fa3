import type { Problem } from '@fairlead/problem';

export interface FailureOptions {
  /** `always`: nothing can have been done. `with-newer-token`: nor then, but only another token promises anything. */
  retry: 'never' | 'if-idempotent' | 'always' | 'with-newer-token';
  /** What it says of the instance; `nothing` where the instance is not to blame or had no chance. */
  instance: 'works' | 'failed' | 'unreachable' | 'nothing';
  retryAfterMs?: number;
}

/** Why an attempt gave no reply, and what follows from it. Traces read its `code` and `status`. */
export class AttemptFailure extends Error {
  override readonly name = 'AttemptFailure';
  readonly problem: Problem;
  readonly code: string;
  readonly status: number;
  readonly retry: FailureOptions['retry'];
  readonly instance: FailureOptions['instance'];
  readonly retryAfterMs: number;

  constructor(problem: Problem, { retry, instance, retryAfterMs = 0 }: FailureOptions) {
    super(problem.message, { cause: problem });
    this.problem = problem;
    this.code = problem.code;
    this.status = problem.status;
    this.retry = retry;
    this.instance = instance;
    this.retryAfterMs = retryAfterMs;
  }
}
