import { integer, oneOf, text, type Config } from '@fairlead/config';

/** Where traces go, and how many. */
export const tracingSettings = {
  tracing: oneOf('TRACING', 'Where traces are sent: to the X-Ray daemon, over OTLP, or nowhere.', {
    values: ['xray', 'otel', 'off'],
    default: 'xray',
  }),
  traceSamplePercent: integer(
    'TRACE_SAMPLE_PERCENT',
    'How many of a hundred requests are traced, where the caller has not decided.',
    { min: 0, max: 100, default: 5 },
  ),
  traceForcedPerSecond: integer(
    'TRACE_FORCED_PER_SECOND',
    'How many requests a second are traced because a caller outside of the platform asks for it.',
    { min: 0, max: 1000, default: 10 },
  ),
  traceDaemonAddress: text('AWS_XRAY_DAEMON_ADDRESS', 'Host and port of the X-Ray daemon, for `xray`.', {
    default: '127.0.0.1:2000',
  }),
  traceEndpoint: text('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'URL of the OTLP collector, for `otel`.', {
    default: 'http://127.0.0.1:4318/v1/traces',
  }),
} as const;

export type TracingConfig = Config<typeof tracingSettings>;
