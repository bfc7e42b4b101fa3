import { requestProblems, type FieldError } from '@fairlead/problem';
import type { Request } from 'express';
import type { z } from 'zod';
import type { RouteContract, RouteInput } from './contract.ts';

/** The parts of a request that its route names. */
export type ParsedRequest<Route extends RouteContract> = Omit<RouteInput<Route>, 'caller' | 'rawBody'>;

type Part = 'params' | 'query' | 'headers' | 'body';

/** How the parts of a request are called in an error. */
const PART_NAMES: Record<Part, string> = { params: 'path', query: 'query', headers: 'header', body: 'body' };

/**
 * Parses every part of a request that its route names.
 * @throws {Problem} `request/invalid` with every field at fault in any part.
 */
export function parseRequest<Route extends RouteContract>(
  route: Route,
  request: Request,
  body: unknown,
): ParsedRequest<Route> {
  const errors: FieldError[] = [];
  const parse = (part: Part, schema: z.ZodType | undefined, given: unknown): unknown => {
    if (!schema) return undefined;
    const result = schema.safeParse(given, { reportInput: true });
    if (!result.success) errors.push(...result.error.issues.flatMap((issue) => describeIssue(part, issue)));
    return result.data;
  };
  const input = {
    params: parse('params', route.params, request.params),
    query: parse('query', route.query, request.query),
    headers: parse('headers', route.headers, request.headers),
    body: parse('body', route.body, body),
  };
  if (errors.length > 0) throw requestProblems.invalid(describeAll(errors), { errors });
  return input as ParsedRequest<Route>;
}

function describeIssue(part: Part, issue: z.core.$ZodIssue): FieldError[] {
  const inPart = PART_NAMES[part];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      in: inPart,
      field: [...issue.path, key].join('.'),
      message: 'is not a field here',
    }));
  }
  const isMissing = issue.code === 'invalid_type' && issue.input === undefined;
  return [{ in: inPart, field: issue.path.join('.'), message: isMissing ? 'is required' : lowerFirst(issue.message) }];
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

function describeAll(errors: readonly FieldError[]): string {
  const fields = [...new Set(errors.map((error) => [error.in, error.field].filter(Boolean).join(' ')))];
  return `not valid: ${fields.join(', ')}`;
}
