import type { CallerTrace } from './trace-headers.ts';
import type { RequestOutcome, SpanOptions } from './tracer.ts';

/** One of the systems that keep traces. It sees only what is sampled, and may throw: {@link Tracer} contains that. */
export interface Recorder extends AsyncDisposable {
  startRequest(origin: Pick<CallerTrace, 'traceId' | 'parentId' | 'state'>): RecordedRequest;
}

/** A span that can have others below it. */
export interface RecordedSpan {
  readonly id: string;
  startChild(options: SpanOptions): RecordedWork;
}

export interface RecordedRequest extends RecordedSpan {
  end(outcome: RequestOutcome): void;
}

export interface RecordedWork extends RecordedSpan {
  /** `failure` is absent where the work succeeded. */
  end(failure?: Failure): void;
}

/** What a trace says of an error: never its message, which can hold what nobody may read. */
export interface Failure {
  type: string;
  /** The status of an HTTP answer that stands for the error, where it has one. */
  status?: number;
}
