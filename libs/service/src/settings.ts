import { integer, oneOf, text, type Config } from '@fairlead/config';
import { LOG_LEVELS } from '@fairlead/logging';
import { CONTAINER_PORT, times } from '@fairlead/manifest/times';
import { tracingSettings } from '@fairlead/tracing';

/** What every service can be told. */
export const serviceSettings = {
  environment: text('ENVIRONMENT', 'The environment that the service runs in; a field of every log line.', {
    default: 'none',
  }),
  host: text('HOST', 'The address that the service listens on.', { default: '0.0.0.0' }),
  port: integer('PORT', 'The port that the service listens on; 0 takes a free one.', {
    min: 0,
    max: 65535,
    default: CONTAINER_PORT,
  }),
  logLevel: oneOf('LOG_LEVEL', 'The least severe log lines that are written.', { values: LOG_LEVELS, default: 'info' }),
  drainLagSeconds: integer('DRAIN_LAG_SECONDS', 'How long requests are still answered after SIGTERM.', {
    min: 0,
    max: 100,
    default: times.drain.lagSeconds,
  }),
  trustedProxies: integer(
    'TRUSTED_PROXIES',
    'How many proxies stand between clients and the service; the load balancer is one.',
    { min: 0, max: 10, default: 1 },
  ),
  metricsIntervalSeconds: integer('METRICS_INTERVAL_SECONDS', 'How often the metrics of requests are written.', {
    min: 1,
    max: 3600,
    default: 60,
  }),
  ...tracingSettings,
} as const;

export type ServiceConfig = Config<typeof serviceSettings>;
