import type { Health } from '@fairlead/health';
import type { Logger } from '@fairlead/logging';
import type { Metrics } from '@fairlead/metrics';
import type { Tracer } from '@fairlead/tracing';

/** What the chassis hands to the parts of a service. */
export interface ServiceContext {
  /** Of the service. */
  name: string;
  logger: Logger;
  health: Health;
  tracer: Tracer;
  metrics: Metrics;
  /** How many proxies stand between clients and the service; each has added the address before it to `X-Forwarded-For`. */
  trustedProxies: number;
}
