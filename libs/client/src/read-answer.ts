import { Problem } from '@fairlead/problem';
import { z } from 'zod';
import { AttemptFailure, type FailureOptions } from './attempt-failure.ts';
import type { CallRoute } from './call-route.ts';
import type { Answer } from './exchange.ts';
import { parseLeniently } from './parse-leniently.ts';
import { callProblems, refused, unavailable } from './problems.ts';

/** A reply of some route; its type is that of the route's contract. */
export interface AnyReply {
  status: number;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
}

const UNAUTHENTICATED = 401;
const MISDIRECTED = 421;

/** They say that another instance may answer; a 500 says that the callee has a fault, which it has everywhere. */
const INSTANCE_FAILURES = [502, 503, 504];

/** Temporary, although the caller's own: its request was too slow or one too many. */
const TEMPORARY_REFUSALS = [408, 429];

/**
 * Makes the reply of a route from an HTTP answer.
 * @throws {AttemptFailure} where it is a problem, from another service, or not what the contract says
 */
export function readAnswer(route: CallRoute, answer: Answer): AnyReply {
  refuseStranger(route, answer);
  const { status } = answer;
  const response = route.contract.responses[status];
  if (!response) throw readProblem(route, answer);
  const headers = Object.keys(response.headers ?? {}).flatMap((name) => {
    const value = getHeader(answer, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    status,
    ...(response.body && { body: readBody(route, answer, response.body) }),
    ...(headers.length > 0 && { headers: Object.fromEntries(headers) }),
  };
}

/** Addresses are given to other tasks after a while: what they answer is no answer of the callee. */
function refuseStranger({ callee }: CallRoute, answer: Answer): void {
  const sender = getHeader(answer, 'X-Fairlead-Service');
  if (answer.status !== MISDIRECTED && sender === callee) return;
  const cause = new Error(`${sender ?? 'an unnamed server'} answered ${answer.status} in its place`);
  const retry = answer.status === MISDIRECTED ? 'always' : 'if-idempotent';
  throw new AttemptFailure(unavailable(callee, cause), { retry, instance: 'unreachable' });
}

function readBody({ callee }: CallRoute, answer: Answer, schema: z.ZodType): unknown {
  const value = parseJson(answer, 'application/json');
  const result = value instanceof Error ? undefined : parseLeniently(schema, value);
  if (result?.success) return result.data;
  throw new AttemptFailure(unavailable(callee, result?.error ?? value), { retry: 'never', instance: 'works' });
}

function readProblem(route: CallRoute, answer: Answer): AttemptFailure {
  const problem = toProblem(route, answer);
  return new AttemptFailure(problem, {
    retry: chooseRetry(route, answer, problem),
    instance: INSTANCE_FAILURES.includes(answer.status) ? 'failed' : 'works',
    retryAfterMs: Number(readRetryAfter(answer) ?? 0) * 1000,
  });
}

/** A 401 that the route does not declare comes from in front of it: the key of the call may have been rotated more than once. */
function chooseRetry({ needsToken }: CallRoute, { status }: Answer, { code }: Problem): FailureOptions['retry'] {
  if (INSTANCE_FAILURES.includes(status)) return 'if-idempotent';
  const isTokenRefused = status === UNAUTHENTICATED && needsToken && code === callProblems.refused.code;
  return isTokenRefused ? 'with-newer-token' : 'never';
}

const problemDocument = z.object({ code: z.string(), detail: z.string() });

function toProblem({ callee, name, problems }: CallRoute, answer: Answer): Problem {
  const { data: document } = problemDocument.safeParse(parseJson(answer, 'application/problem+json'));
  const retryAfter = readRetryAfter(answer);
  const declared = document && problems.get(document.code);
  if (declared) {
    return declared(document.detail, retryAfter === undefined ? {} : { headers: { 'Retry-After': retryAfter } });
  }
  const { status } = answer;
  const cause = new Error(`${callee} answered ${name} with ${status} ${document?.code ?? 'and no problem'}`);
  const isTemporary = status >= 500 || TEMPORARY_REFUSALS.includes(status);
  return isTemporary ? unavailable(callee, cause, retryAfter) : refused(callee, cause);
}

/** In whole seconds; a date is turned into them. */
function readRetryAfter(answer: Answer): string | undefined {
  const value = getHeader(answer, 'Retry-After') ?? '';
  if (/^\d{1,9}$/.test(value)) return value;
  const seconds = Math.ceil((Date.parse(value) - Date.now()) / 1000);
  return Number.isNaN(seconds) ? undefined : String(Math.max(0, seconds));
}

function parseJson({ headers, body }: Answer, mediaType: string): unknown {
  const contentType = String(headers['content-type'] ?? 'none')
    .split(';', 1)[0]
    ?.trim()
    .toLowerCase();
  if (contentType !== mediaType) return new Error(`the answer is of type ${contentType ?? ''}, not ${mediaType}`);
  try {
    return JSON.parse(body.toString());
  } catch (error) {
    return error;
  }
}

function getHeader({ headers }: Answer, name: string): string | undefined {
  const value = headers[name.toLowerCase()];
  return Array.isArray(value) ? value[0] : value;
}
