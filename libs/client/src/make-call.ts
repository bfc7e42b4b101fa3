import type { Lease } from '@fairlead/discovery';
import { acquireInstance, attempt, type AttemptTools, type Call } from './attempt.ts';
import { AttemptFailure } from './attempt-failure.ts';
import { CallLimits } from './call-limits.ts';
import { writeRequest, type AnyInput, type CallRoute } from './call-route.ts';
import type { CallOptions } from './client.ts';
import type { ClientEvent } from './events.ts';
import { refused, unavailable } from './problems.ts';
import type { AnyReply } from './read-answer.ts';
import type { RetryBudget } from './retry-budget.ts';
import { retryDelayMs } from './retry-delay.ts';

const MAX_ATTEMPTS = 3;

/** What calls are made with. */
export interface CallTools extends AttemptTools {
  /** The service that calls. */
  caller: string;
  /** Gives the token that says who calls; needed for routes that not everyone may call. `isRefused`: the callee did not take the last one. */
  sign?: (callee: string, options?: { isRefused: boolean }) => Promise<string>;
  onEvent?: (event: ClientEvent) => void;
  /** @default Math.random */
  random?: () => number;
  budget: RetryBudget;
}

/**
 * Makes a call, again where that is safe and promises something, until it has its reply or its time is over.
 * @throws {Problem}
 */
export async function makeCall(
  tools: CallTools,
  route: CallRoute,
  input: AnyInput,
  options: CallOptions = {},
): Promise<AnyReply> {
  const request = writeRequest(route, input);
  using limits = new CallLimits(route.callee, options);
  const headers = { ...request.headers, ...headersOfCall(tools, route) };
  const token = await signCall(tools, route, limits);
  let call: Call = { route, request: { ...request, headers }, token, limits };
  const tried = new Set<string>();
  for (let count = 1; ; count++) {
    let lease: Lease | undefined;
    try {
      lease = await acquireInstance(tools, call, tried);
      tried.add(lease.instance.id);
      const reply = await attempt(tools, call, lease);
      tools.budget.earn();
      return reply;
    } catch (error) {
      if (!(error instanceof AttemptFailure)) throw error;
      call = await prepareRetry(tools, call, { failure: error, count, lease });
    }
  }
}

const headersOfCall = ({ caller }: CallTools, { callee }: CallRoute): Record<string, string> => ({
  accept: 'application/json, application/problem+json',
  'user-agent': caller,
  'x-fairlead-service': callee,
});

async function signCall(
  { sign }: CallTools,
  { callee, name, needsToken }: CallRoute,
  limits: CallLimits,
  isRefused = false,
): Promise<string | undefined> {
  if (!needsToken) return undefined;
  if (!sign) throw refused(callee, new Error(`${name} needs a token, and the client was made without \`sign\``));
  const signed = sign(callee, { isRefused }).catch((error: unknown) => {
    throw unavailable(callee, error);
  });
  return limits.race(signed);
}

interface FailedAttempt {
  failure: AttemptFailure;
  /** 1 for the first attempt. */
  count: number;
  lease: Lease | undefined;
}

/**
 * Resolves to the call of the next attempt, when it is time for it.
 * @throws {Problem} that the call ends with, where there is to be none
 */
async function prepareRetry(tools: CallTools, call: Call, failed: FailedAttempt): Promise<Call> {
  const { route, limits } = call;
  const { failure, count } = failed;
  const { budget, random = Math.random } = tools;
  if (failure.instance === 'works') budget.earn();
  const delayMs = retryDelayMs({ attempt: count, retryAfterMs: failure.retryAfterMs, random });
  const token = failure.retry === 'with-newer-token' ? await signCall(tools, route, limits, true) : call.token;
  const hasNewerToken = token !== call.token;
  const isSafe = failure.retry === 'always' || (failure.retry === 'if-idempotent' && route.isIdempotent);
  const hasTime = limits.fits(delayMs);
  const next = decide(budget, { isRetriable: isSafe || hasNewerToken, isFree: hasNewerToken, count, hasTime });
  report(tools, route, failed, next);
  if (next !== 'retried') throw failure.problem;
  await limits.wait(delayMs);
  return { ...call, token };
}

/** What the callee says to the caller's own wish, such as that there is no such thing, is no event. */
function report({ onEvent }: CallTools, route: CallRoute, failed: FailedAttempt, next: ClientEvent['next']): void {
  const { failure, count, lease } = failed;
  if (failure.status < 500) return;
  onEvent?.({
    type: 'attempt-failed',
    callee: route.callee,
    route: route.name,
    attempt: count,
    ...(lease && { instance: `${lease.instance.host}:${lease.instance.port}` }),
    code: failure.code,
    cause: failure.problem.cause,
    next,
  });
}

interface Prospects {
  isRetriable: boolean;
  /** There are no more newer tokens than rotations: calls that wait for one need no budget. */
  isFree: boolean;
  count: number;
  hasTime: boolean;
}

/** The budget is asked last: what would not be sent anyway must not use it up. */
function decide(budget: RetryBudget, { isRetriable, isFree, count, hasTime }: Prospects): ClientEvent['next'] {
  if (!isRetriable) return 'not-retriable';
  if (count >= MAX_ATTEMPTS) return 'attempts-used-up';
  if (!hasTime) return 'no-time-left';
  return isFree || budget.spend() ? 'retried' : 'budget-used-up';
}
