export { createTracer, type TracerOptions } from './create-tracer.ts';
export { tracingSettings, type TracingConfig } from './settings.ts';
export { propagationHeaders } from './trace-headers.ts';
export type { Attributes, RequestOutcome, RequestSpan, SpanOptions, Tracer } from './tracer.ts';
