import { AsyncLocalStorage } from 'node:async_hooks';

/** What belongs to the request being served, for all that is done on its behalf. */
export interface RequestContext {
  readonly requestId: string;
  /** When nobody waits for the answer any more, in milliseconds of `performance.now()`. */
  readonly deadline: number;
  /** Aborted when the caller goes away before it has its answer, or the deadline passes. */
  readonly signal: AbortSignal;
  /** Of the client, as the last trusted proxy saw it. */
  readonly clientAddress: string;
  readonly trace: TraceContext;
}

/** Where the work under way stands in its trace. */
export interface TraceContext {
  /** 32 lower-case hexadecimal digits, never all zero: https://www.w3.org/TR/trace-context/#trace-id */
  readonly traceId: string;
  /** Of the span under way: 16 lower-case hexadecimal digits. */
  readonly spanId: string;
  readonly sampled: boolean;
  /** The `tracestate` that came with `traceparent`, handed on as it is. */
  readonly state?: string;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** Runs `work`, and all it awaits, in the context of a request. */
export const runInRequest = <Result>(context: RequestContext, work: () => Result): Result => storage.run(context, work);

/** Runs `work` as the part of its request that stands at `trace`; outside of a request it only runs it. */
export function runInTrace<Result>(trace: TraceContext, work: () => Result): Result {
  const context = storage.getStore();
  if (!context) return work();
  // Inherited and not copied: the signal is made when it is first asked for.
  return storage.run(Object.create(context, { trace: { value: trace } }) as RequestContext, work);
}

/** The context of the request being served, if there is one. */
export const findRequestContext = (): RequestContext | undefined => storage.getStore();
