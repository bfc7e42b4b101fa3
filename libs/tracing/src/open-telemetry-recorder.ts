import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  createTraceState,
  trace,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  type IdGenerator,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import { setTimeout as delay } from 'node:timers/promises';
import { RandomIds } from './random-ids.ts';
import type { Failure, RecordedRequest, RecordedWork, Recorder } from './recorder.ts';
import type { CallerTrace } from './trace-headers.ts';
import type { RequestOutcome, SpanOptions } from './tracer.ts';

/** Spans beyond these are dropped: a collector that is away must not fill the memory of a service. */
const QUEUE_SIZE = 2048;

/** How long a process that ends, or an export, waits for the collector. */
const TIMEOUT_MS = 2000;

export interface OpenTelemetryRecorderOptions {
  service: string;
  /** Of the collector, with its path. */
  url: string;
  onError: (error: unknown) => void;
}

/** Sends spans in batches to an OTLP collector. It registers nothing globally and instruments nothing. */
export class OpenTelemetryRecorder implements Recorder {
  readonly #ids = new GivenTraceIds();
  readonly #provider: BasicTracerProvider;
  readonly #tracer: Tracer;

  constructor({ service, url, onError }: OpenTelemetryRecorderOptions) {
    const exporter = reportFailures(new OTLPTraceExporter({ url, timeoutMillis: TIMEOUT_MS }), onError);
    this.#provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': service }),
      sampler: new AlwaysOnSampler(),
      idGenerator: this.#ids,
      spanProcessors: [new BatchSpanProcessor(exporter, { maxQueueSize: QUEUE_SIZE })],
    });
    this.#tracer = this.#provider.getTracer('@fairlead/tracing');
  }

  startRequest({ traceId, parentId, state }: Pick<CallerTrace, 'traceId' | 'parentId' | 'state'>): RecordedRequest {
    this.#ids.next = traceId;
    const caller =
      parentId === undefined
        ? ROOT_CONTEXT
        : trace.setSpanContext(ROOT_CONTEXT, {
            traceId,
            spanId: parentId,
            traceFlags: TraceFlags.SAMPLED,
            isRemote: true,
            ...(state !== undefined && { traceState: createTraceState(state) }),
          });
    return new OpenTelemetryRequest(this.#tracer, this.#tracer.startSpan('request', { kind: SpanKind.SERVER }, caller));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // What the last export failed with has been reported by itself.
    const exported = this.#provider.shutdown().catch(() => undefined);
    await Promise.race([exported, delay(TIMEOUT_MS, undefined, { ref: false })]);
  }
}

/** A trace without a parent takes the id that its request was given. */
class GivenTraceIds implements IdGenerator {
  readonly #ids = new RandomIds();
  next = '';

  generateTraceId(): string {
    return this.next;
  }

  generateSpanId(): string {
    return this.#ids.spanId();
  }
}

class OpenTelemetrySpan {
  protected readonly span: Span;
  readonly #tracer: Tracer;
  readonly #context: Context;

  constructor(tracer: Tracer, span: Span) {
    this.span = span;
    this.#tracer = tracer;
    this.#context = trace.setSpan(ROOT_CONTEXT, span);
  }

  get id(): string {
    return this.span.spanContext().spanId;
  }

  startChild({ name, kind, attributes }: SpanOptions): RecordedWork {
    const spanKind = kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL;
    const options = { kind: spanKind, ...(attributes && { attributes: { ...attributes } }) };
    return new OpenTelemetryWork(this.#tracer, this.#tracer.startSpan(name, options, this.#context));
  }
}

class OpenTelemetryRequest extends OpenTelemetrySpan implements RecordedRequest {
  end({ method, route, status, aborted }: RequestOutcome): void {
    this.span.updateName(route === undefined ? method : `${method} ${route}`);
    this.span.setAttributes({
      'http.request.method': method,
      'http.response.status_code': status,
      ...(route !== undefined && { 'url.path': route, 'http.route': route }),
      ...(aborted && { aborted }),
    });
    if (status >= 500) this.span.setStatus({ code: SpanStatusCode.ERROR });
    this.span.end();
  }
}

class OpenTelemetryWork extends OpenTelemetrySpan implements RecordedWork {
  end(failure?: Failure): void {
    if (failure) {
      this.span.setAttribute('error.type', failure.type);
      this.span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.span.end();
  }
}

/** A collector that is away is reported once, and again after it was back. */
function reportFailures(exporter: SpanExporter, onError: (error: unknown) => void): SpanExporter {
  let failing = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        if (result.error && !failing) onError(result.error);
        failing = result.error !== undefined;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
}
