import type { RouteContract } from '@fairlead/contracts';
import type { ProblemFactory } from '@fairlead/problem';
import type { HttpRequest } from './connections.ts';
import { refused } from './problems.ts';

type Scalar = string | number | boolean | undefined;

/** The parts of a call as its caller gives them. */
export interface AnyInput {
  params?: Readonly<Record<string, Scalar>>;
  query?: Readonly<Record<string, Scalar | readonly Scalar[]>>;
  headers?: Readonly<Record<string, Scalar>>;
  body?: unknown;
}

/** A route as its calls need it, made once. */
export interface CallRoute {
  /** In the contract. */
  name: string;
  /** The service that answers it. */
  callee: string;
  contract: RouteContract;
  /** Whether it may be sent again where nobody knows whether it was done. */
  isIdempotent: boolean;
  needsToken: boolean;
  problems: ReadonlyMap<string, ProblemFactory>;
}

export function createCallRoute(callee: string, name: string, contract: RouteContract): CallRoute {
  const { method, audience, problems = [] } = contract;
  return {
    name,
    callee,
    contract,
    isIdempotent: contract.idempotent ?? (method !== 'post' && method !== 'patch'),
    needsToken: audience !== 'anyone' && audience !== 'signer',
    problems: new Map(problems.map((problem) => [problem.code, problem])),
  };
}

/**
 * Writes a call as an HTTP request, without the headers that every call has.
 * @throws {Problem} `call/refused` where a parameter would lead to another route
 */
export function writeRequest({ contract, callee }: CallRoute, input: AnyInput): HttpRequest {
  const { method, path, body, mediaTypes } = contract;
  const target = path.replaceAll(/:(\w+)/g, (_parameter, name: string) =>
    writeSegment(callee, name, input.params?.[name]),
  );
  return {
    method: METHODS[method],
    path: target + writeQuery(input.query ?? {}),
    headers: {
      ...writeHeaders(input.headers ?? {}),
      ...(body && { 'content-type': mediaTypes?.[0] ?? 'application/json' }),
    },
    body: body ? JSON.stringify(input.body) : null,
  };
}

const METHODS = { get: 'GET', post: 'POST', put: 'PUT', patch: 'PATCH', delete: 'DELETE' } as const;

/** An empty or a dot segment would be another path, however it is encoded. */
function writeSegment(callee: string, name: string, value: Scalar): string {
  const segment = String(value);
  if (value === undefined || ['', '.', '..'].includes(segment)) {
    throw refused(callee, new Error(`the parameter ${name} cannot be ${JSON.stringify(value)}`));
  }
  return encodeURIComponent(segment);
}

function writeQuery(query: NonNullable<AnyInput['query']>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat()) if (one !== undefined) search.append(name, String(one));
  }
  return search.size === 0 ? '' : `?${search.toString()}`;
}

const writeHeaders = (headers: NonNullable<AnyInput['headers']>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), String(value)]],
    ),
  );
