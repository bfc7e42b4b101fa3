import type { Discovery, Lease } from '@fairlead/discovery';
import { times } from '@fairlead/manifest/times';
import { findRequestContext } from '@fairlead/request-context';
import { propagationHeaders, type Tracer } from '@fairlead/tracing';
import { AttemptFailure, type FailureOptions } from './attempt-failure.ts';
import type { CallLimits } from './call-limits.ts';
import type { CallRoute } from './call-route.ts';
import type { Connections, HttpRequest } from './connections.ts';
import { ExchangeError } from './exchange.ts';
import { refused, timedOut, unavailable } from './problems.ts';
import { readAnswer, type AnyReply } from './read-answer.ts';

/** What attempts are made with. */
export interface AttemptTools {
  discovery: Discovery;
  connections: Connections;
  tracer: Tracer;
}

/** One call, the same at each attempt but for its token. */
export interface Call {
  route: CallRoute;
  /** With the headers that do not change. */
  request: HttpRequest;
  /** Says who calls; absent where the route does not ask. */
  token: string | undefined;
  limits: CallLimits;
}

const ATTEMPT_MS = times.client.attemptTimeoutSeconds * 1000;

/** Finds an instance that was not tried yet, where there is one. */
export async function acquireInstance(
  { discovery }: AttemptTools,
  { route, limits }: Call,
  tried: ReadonlySet<string>,
): Promise<Lease> {
  const acquired = discovery.acquire(route.callee, tried);
  try {
    return await limits.race(acquired);
  } catch (error) {
    acquired.then(
      (lease) => {
        lease.release();
      },
      () => undefined,
    );
    if (limits.signal.aborted) throw error;
    throw new AttemptFailure(unavailable(route.callee, error), { retry: 'never', instance: 'nothing' });
  }
}

/**
 * Makes a call once, at this instance, and says what that showed of it.
 * @throws {AttemptFailure}, or the problem that ended the call
 */
export async function attempt({ connections, tracer }: AttemptTools, call: Call, lease: Lease): Promise<AnyReply> {
  const { callee, contract } = call.route;
  const { host, port } = lease.instance;
  const attributes = {
    'http.method': call.request.method,
    'http.route': contract.path,
    'server.address': `${host}:${port}`,
  };
  try {
    const reply = await tracer.span({ name: callee, kind: 'client', attributes }, () => send(connections, call, lease));
    lease.succeed();
    return reply;
  } catch (error) {
    endLease(lease, error instanceof AttemptFailure ? error.instance : 'nothing');
    throw error;
  }
}

function endLease(lease: Lease, instance: FailureOptions['instance']): void {
  if (instance === 'works') lease.succeed();
  else if (instance === 'nothing') lease.release();
  else if (instance === 'unreachable') lease.fail('unreachable');
  else lease.fail();
}

async function send(
  connections: Connections,
  { route, request, token, limits }: Call,
  lease: Lease,
): Promise<AnyReply> {
  const timeoutMs = Math.min(ATTEMPT_MS, limits.remainingMs);
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const headers = { ...request.headers, ...authorization, ...headersOfAttempt(timeoutMs) };
  const options = { signal: limits.signal, timeoutMs };
  const answer = await connections
    .exchange(lease.instance, { ...request, headers }, options)
    .catch((error: unknown) => {
      throw error instanceof ExchangeError ? describeFault(route.callee, error, timeoutMs) : error;
    });
  return readAnswer(route, answer);
}

/** Read inside the span of the attempt, so that the work of the callee lies below it. */
function headersOfAttempt(timeoutMs: number): Record<string, string> {
  const context = findRequestContext();
  return {
    'x-request-timeout-ms': String(Math.floor(timeoutMs)),
    ...(context && { 'x-request-id': context.requestId, ...propagationHeaders(context.trace) }),
  };
}

function describeFault(callee: string, error: ExchangeError, timeoutMs: number): AttemptFailure {
  switch (error.fault) {
    case 'unreachable':
      return new AttemptFailure(unavailable(callee, error), { retry: 'always', instance: 'unreachable' });
    case 'broken':
      return new AttemptFailure(unavailable(callee, error), { retry: 'if-idempotent', instance: 'failed' });
    case 'late': {
      // With little time left, a good instance is late too; and what waited for a connection never reached it.
      const hadItsChance = error.sent && timeoutMs >= ATTEMPT_MS / 2;
      const retry = error.sent ? 'if-idempotent' : 'always';
      return new AttemptFailure(timedOut(callee, error), { retry, instance: hadItsChance ? 'failed' : 'nothing' });
    }
    case 'crowded':
      return new AttemptFailure(unavailable(callee, error), { retry: 'always', instance: 'nothing' });
    case 'closed':
      return new AttemptFailure(unavailable(callee, error), { retry: 'never', instance: 'nothing' });
    case 'too-large':
      return new AttemptFailure(unavailable(callee, error), { retry: 'never', instance: 'works' });
    case 'unsendable':
      return new AttemptFailure(refused(callee, error), { retry: 'never', instance: 'nothing' });
  }
}
