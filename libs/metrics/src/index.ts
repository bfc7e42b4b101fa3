export { createMetrics } from './create-metrics.ts';
export type { Metrics, RequestMeasurement } from './metrics.ts';
