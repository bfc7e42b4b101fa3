import type { RouteSeries } from './route-series.ts';

/** CloudWatch reads no more metrics from one line. */
const MAX_METRICS = 100;

/** What is the same on every line of a process. */
export interface Origin {
  namespace: string;
  service: string;
  environment: string;
}

interface Line {
  timestamp: number;
  dimensions: Readonly<Record<string, string>>;
  /** By dimension names; each is a metric of its own in CloudWatch. */
  dimensionSets: readonly (readonly string[])[];
  units: Readonly<Record<string, 'Count' | 'Milliseconds'>>;
  values: Readonly<Record<string, unknown>>;
}

const ROUTE_UNITS = { Requests: 'Count', Errors: 'Count', ClientErrors: 'Count', Latency: 'Milliseconds' } as const;

/** One route of an interval; without the route, CloudWatch adds the lines up to the whole service. */
export function formatRoute(origin: Origin, timestamp: number, route: string, series: RouteSeries): string {
  const { latency, errors, clientErrors } = series;
  return formatLine(origin.namespace, {
    timestamp,
    dimensions: { Service: origin.service, Environment: origin.environment, Route: route },
    dimensionSets: [
      ['Service', 'Environment', 'Route'],
      ['Service', 'Environment'],
    ],
    units: ROUTE_UNITS,
    values: {
      Requests: latency.count,
      Errors: errors,
      ClientErrors: clientErrors,
      Latency: latency.toDistribution(),
    },
  });
}

/** The events of an interval, in as few lines as CloudWatch allows. */
export function formatCounts(origin: Origin, timestamp: number, counts: ReadonlyMap<string, number>): string[] {
  const entries = [...counts];
  const lines = Array.from({ length: Math.ceil(entries.length / MAX_METRICS) }, (_, index) =>
    entries.slice(index * MAX_METRICS, (index + 1) * MAX_METRICS),
  );
  return lines.map((some) =>
    formatLine(origin.namespace, {
      timestamp,
      dimensions: { Service: origin.service, Environment: origin.environment },
      dimensionSets: [['Service', 'Environment']],
      units: Object.fromEntries(some.map(([name]) => [name, 'Count'])),
      values: Object.fromEntries(some),
    }),
  );
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
function formatLine(namespace: string, { timestamp, dimensions, dimensionSets, units, values }: Line): string {
  const metrics = Object.entries(units).map(([name, unit]) => ({ Name: name, Unit: unit }));
  return JSON.stringify({
    _aws: {
      Timestamp: timestamp,
      CloudWatchMetrics: [{ Namespace: namespace, Dimensions: dimensionSets, Metrics: metrics }],
    },
    ...values,
    ...dimensions,
  });
}
