import type { TraceContext } from '@fairlead/request-context';
import type { IncomingHttpHeaders } from 'node:http';

export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** Work done on behalf of a request that is worth a line of its own in the trace. */
export interface SpanOptions {
  /** What is called or done: the service for a call to another one, the database for a statement. */
  name: string;
  /** `client`: something outside of this process is asked. */
  kind: 'client' | 'internal';
  attributes?: Attributes;
}

/** How a request ended. */
export interface RequestOutcome {
  method: string;
  /**
   * The path of the route with its parameters by name, such as `/products/:id`; absent where no route has the path. The path
   * itself is not asked for: a card number or a token in it would be in the trace.
   */
  route?: string | undefined;
  status: number;
  /** Whether the caller went away before the answer was out. */
  aborted: boolean;
}

/** One request being served, as a span of its trace. */
export interface RequestSpan {
  readonly context: TraceContext;
  end(outcome: RequestOutcome): void;
}

/** Where spans go. No method throws or rejects for a fault of its own: a request never fails for its trace. */
export interface Tracer extends AsyncDisposable {
  /** Begins the span of a request: in the trace of the caller where the headers name one, else in a new trace. */
  startRequest(headers: IncomingHttpHeaders): RequestSpan;
  /** Runs `work` as a span below the one under way; where there is none, or it is not sampled, it only runs `work`. */
  span<Result>(options: SpanOptions, work: () => Promise<Result>): Promise<Result>;
}
