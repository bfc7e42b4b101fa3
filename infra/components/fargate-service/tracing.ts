import type { Statement } from './roles.ts';

/** Where the traces of a service go, and how many of a hundred requests are traced. */
export interface Tracing {
  exporter: 'xray' | 'otel' | 'off';
  samplePercent: number;
}

export const tracingVariables = ({ exporter, samplePercent }: Tracing) => ({
  TRACING: exporter,
  TRACE_SAMPLE_PERCENT: String(samplePercent),
});

/** The daemon sends segments with the rights of the task. */
export function tracingStatements({ exporter }: Tracing): Statement[] {
  if (exporter !== 'xray') return [];
  // X-Ray knows no resources that segments could belong to.
  return [{ Sid: 'SendTraces', Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], Resource: '*' }];
}
