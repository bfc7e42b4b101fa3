import { defineProblem, type Problem } from '@fairlead/problem';

/** What a call to another service throws, beside the problems that its route declares. */
export const callProblems = {
  unavailable: defineProblem({
    code: 'call/unavailable',
    kind: 'unavailable',
    meaning:
      'A service that is needed for the answer cannot be used at the moment; `Retry-After` says when to try again.',
  }),
  timedOut: defineProblem({
    code: 'call/timed-out',
    kind: 'unavailable',
    meaning: 'A service that is needed for the answer did not answer in time. It may have done what it was asked.',
  }),
  cancelled: defineProblem({
    code: 'call/cancelled',
    kind: 'unavailable',
    meaning: 'Nobody waits for the answer any more, so the service that was asked for it was let go.',
  }),
  refused: defineProblem({
    code: 'call/refused',
    kind: 'internal',
    meaning:
      'A service refused what another one asked of it, or it cannot be asked like that: a fault between the two.',
  }),
} as const;

const RETRY_AFTER_SECONDS = '1';

export const unavailable = (callee: string, cause: unknown, retryAfter = RETRY_AFTER_SECONDS): Problem =>
  callProblems.unavailable(`${callee} cannot be used at the moment`, { cause, headers: { 'Retry-After': retryAfter } });

export const timedOut = (callee: string, cause?: unknown): Problem =>
  callProblems.timedOut(`${callee} did not answer in time`, { cause, headers: { 'Retry-After': RETRY_AFTER_SECONDS } });

export const cancelled = (callee: string): Problem =>
  callProblems.cancelled(`nobody waits for the answer of ${callee} any more`);

/** What was refused is for the log alone. */
export const refused = (callee: string, cause: unknown): Problem =>
  callProblems.refused(`${callee} cannot be asked for what is needed`, { cause });
