import { PROBLEM_KINDS, type ProblemKind } from './kinds.ts';

/** One thing wrong with a request, and where. */
export interface FieldError {
  /** The part of the request: `body`, `query`, `path` or `header`. */
  in: string;
  /** The field in that part, dotted; empty for the part as a whole. */
  field: string;
  message: string;
}

export interface ProblemOptions {
  cause?: unknown;
  /** Every field at fault, for kind `invalid`. */
  errors?: readonly FieldError[];
  /** Header fields of the answer, such as `Retry-After` or `Allow`. */
  headers?: Readonly<Record<string, string>>;
}

/** An error that a caller is meant to see: an RFC 9457 document is made from it. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly kind: ProblemKind;
  /** `<owner>/<kebab-case>`, permanent: callers depend on it. */
  readonly code: string;
  readonly errors: readonly FieldError[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(kind: ProblemKind, code: string, detail: string, options: ProblemOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.code = code;
    this.errors = options.errors ?? [];
    this.headers = options.headers ?? {};
  }

  get status(): number {
    return PROBLEM_KINDS[this.kind].status;
  }
}

/** The body of an `application/problem+json` answer (RFC 9457). */
export interface ProblemDocument {
  type: 'about:blank';
  title: string;
  status: number;
  code: string;
  detail: string;
  requestId?: string;
  errors?: readonly FieldError[];
}

export const PROBLEM_CONTENT_TYPE = 'application/problem+json; charset=utf-8';

/** Makes the document that a caller gets. `code` tells problems of one status apart. */
export function toDocument(problem: Problem, requestId?: string): ProblemDocument {
  const { status, title } = PROBLEM_KINDS[problem.kind];
  return {
    type: 'about:blank',
    title,
    status,
    code: problem.code,
    detail: problem.message,
    ...(requestId !== undefined && { requestId }),
    ...(problem.errors.length > 0 && { errors: problem.errors }),
  };
}
