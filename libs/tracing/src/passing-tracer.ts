import type { IncomingHttpHeaders } from 'node:http';
import { RandomIds } from './random-ids.ts';
import { parseTraceHeaders } from './trace-headers.ts';
import type { RequestSpan, SpanOptions, Tracer } from './tracer.ts';

/** Records nothing and hands on what callers say, so that the traces of others go through. */
export class PassingTracer implements Tracer {
  readonly #ids = new RandomIds();

  startRequest(headers: IncomingHttpHeaders): RequestSpan {
    const caller = parseTraceHeaders(headers);
    const context = {
      traceId: caller?.traceId ?? this.#ids.traceId(),
      // What we call hangs below whom we were called by: there is no span of our own in between.
      spanId: caller?.parentId ?? this.#ids.spanId(),
      sampled: caller?.sampled ?? false,
      ...(caller?.state !== undefined && { state: caller.state }),
    };
    return { context, end: () => undefined };
  }

  span<Result>(_options: SpanOptions, work: () => Promise<Result>): Promise<Result> {
    return work();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}
