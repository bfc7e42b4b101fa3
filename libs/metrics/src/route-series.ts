import { LatencyHistogram } from './latency-histogram.ts';
import type { RequestMeasurement } from './metrics.ts';

/** What one route did since the last line. */
export class RouteSeries {
  readonly latency = new LatencyHistogram();
  clientErrors = 0;
  errors = 0;

  record({ status, durationMs }: RequestMeasurement): void {
    this.latency.record(durationMs);
    if (status >= 500) this.errors += 1;
    else if (status >= 400) this.clientErrors += 1;
  }
}
