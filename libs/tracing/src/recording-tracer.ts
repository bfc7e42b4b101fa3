import { findRequestContext, runInTrace, type TraceContext } from '@fairlead/request-context';
import type { IncomingHttpHeaders } from 'node:http';
import { RandomIds } from './random-ids.ts';
import type { Failure, RecordedRequest, RecordedSpan, RecordedWork, Recorder } from './recorder.ts';
import { Sampling, type SamplingOptions } from './sampling.ts';
import { parseTraceHeaders } from './trace-headers.ts';
import type { RequestSpan, SpanOptions, Tracer } from './tracer.ts';

export interface RecordingTracerOptions extends SamplingOptions {
  recorder: Recorder;
  /** Told of every fault of the recorder. */
  onError: (error: unknown) => void;
}

/** Hands what is sampled to a recorder. What is not costs two random ids. */
export class RecordingTracer implements Tracer {
  readonly #options: RecordingTracerOptions;
  readonly #ids = new RandomIds();
  readonly #sampling: Sampling;
  /** The spans under way; one that has ended takes no more below it. */
  readonly #open = new WeakMap<TraceContext, RecordedSpan>();

  constructor(options: RecordingTracerOptions) {
    this.#options = options;
    this.#sampling = new Sampling(options, this.#ids);
  }

  startRequest(headers: IncomingHttpHeaders): RequestSpan {
    const caller = parseTraceHeaders(headers);
    const traceId = caller?.traceId ?? this.#ids.traceId();
    const sampled = this.#sampling.includes(traceId, headers, caller);
    const state = caller?.state === undefined ? {} : { state: caller.state };
    const request = sampled
      ? this.#attempt(() => this.#options.recorder.startRequest({ ...caller, traceId }))
      : undefined;
    if (!request) return { context: { traceId, spanId: this.#ids.spanId(), sampled: false, ...state }, end: doNothing };
    return this.#follow(request, { traceId, spanId: request.id, sampled, ...state });
  }

  span<Result>(options: SpanOptions, work: () => Promise<Result>): Promise<Result> {
    const trace = findRequestContext()?.trace;
    const parent = trace?.sampled ? this.#open.get(trace) : undefined;
    return trace && parent ? this.#record(trace, parent, options, work) : work();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#options.recorder[Symbol.asyncDispose]();
    } catch (error) {
      this.#options.onError(error);
    }
  }

  #follow(request: RecordedRequest, context: TraceContext): RequestSpan {
    this.#open.set(context, request);
    return {
      context,
      end: (outcome) => {
        if (!this.#open.delete(context)) return;
        this.#attempt(() => {
          request.end(outcome);
        });
      },
    };
  }

  async #record<Result>(
    outer: TraceContext,
    parent: RecordedSpan,
    options: SpanOptions,
    work: () => Promise<Result>,
  ): Promise<Result> {
    const span = this.#attempt(() => parent.startChild(options));
    if (!span) return work();
    const trace = { ...outer, spanId: span.id };
    this.#open.set(trace, span);
    try {
      const result = await runInTrace(trace, work);
      this.#end(trace, span);
      return result;
    } catch (error) {
      this.#end(trace, span, describeFailure(error));
      throw error;
    }
  }

  #end(trace: TraceContext, span: RecordedWork, failure?: Failure): void {
    this.#open.delete(trace);
    this.#attempt(() => {
      span.end(failure);
    });
  }

  #attempt<Result>(work: () => Result): Result | undefined {
    try {
      return work();
    } catch (error) {
      this.#options.onError(error);
      return undefined;
    }
  }
}

const doNothing = (): void => undefined;

function describeFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return { type: typeof error };
  const { status, code } = error as { status?: unknown; code?: unknown };
  return {
    type: typeof code === 'string' ? code : error.name,
    ...(typeof status === 'number' && { status }),
  };
}
