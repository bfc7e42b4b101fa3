import { formatCounts, formatRoute, type Origin } from './embedded-metric-format.ts';
import type { Metrics, RequestMeasurement } from './metrics.ts';
import { RouteSeries } from './route-series.ts';

/** Each is a metric that is paid for by the month: more are not told apart. */
const MAX_SERIES = 200;

/** The name of what has no route of its own. */
const OTHER = 'other';

const MINUTE_MS = 60_000;

export interface MetricsOptions {
  /** @default Fairlead */
  namespace?: string;
  service: string;
  environment: string;
  /** @default 60,000, the finest that CloudWatch keeps without extra cost */
  intervalMs?: number;
  /** Takes a line without its end; on Fargate, standard output is enough. */
  write: (line: string) => void;
  /** The time in milliseconds. @default Date.now */
  now?: () => number;
}

/** Makes metrics that are added up in memory, and written at the end of each interval in which something happened. */
export function createMetrics({
  namespace = 'Fairlead',
  service,
  environment,
  intervalMs = MINUTE_MS,
  write,
  now = Date.now,
}: MetricsOptions): Metrics {
  return new EmbeddedMetrics({ namespace, service, environment }, { intervalMs, write, now });
}

class EmbeddedMetrics implements Metrics {
  readonly #origin: Origin;
  readonly #write: (line: string) => void;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  readonly #routes = new SeriesByRoute();
  #counts = new Map<string, number>();

  constructor(
    origin: Origin,
    { intervalMs, write, now }: Required<Pick<MetricsOptions, 'intervalMs' | 'write' | 'now'>>,
  ) {
    this.#origin = origin;
    this.#write = write;
    this.#now = now;
    this.#timer = setInterval(() => {
      this.#flush();
    }, intervalMs);
    this.#timer.unref();
  }

  recordRequest(measurement: RequestMeasurement): void {
    this.#routes.get(measurement).record(measurement);
  }

  count(name: string, value = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + value);
  }

  #flush(): void {
    const timestamp = this.#now();
    for (const [route, series] of this.#routes.take()) this.#write(formatRoute(this.#origin, timestamp, route, series));
    for (const line of formatCounts(this.#origin, timestamp, this.#counts)) this.#write(line);
    this.#counts = new Map();
  }

  [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#flush();
    return Promise.resolve();
  }
}

/** Found by route and then by method, so that a request costs no text of its own. */
class SeriesByRoute {
  #methodsByRoute = new Map<string, Map<string, RouteSeries>>();
  #all = new Map<string, RouteSeries>();

  get({ method, route }: RequestMeasurement): RouteSeries {
    if (route === undefined) return this.#find(OTHER);
    const series = this.#methodsByRoute.get(route)?.get(method);
    return series ?? this.#add(method, route);
  }

  /** Everything since the last time. */
  take(): Map<string, RouteSeries> {
    const taken = this.#all;
    this.#all = new Map();
    this.#methodsByRoute = new Map();
    return taken;
  }

  #add(method: string, route: string): RouteSeries {
    if (this.#all.size >= MAX_SERIES) return this.#find(OTHER);
    const series = this.#find(`${method} ${route}`);
    const methods = this.#methodsByRoute.get(route) ?? new Map<string, RouteSeries>();
    this.#methodsByRoute.set(route, methods.set(method, series));
    return series;
  }

  #find(name: string): RouteSeries {
    const series = this.#all.get(name) ?? new RouteSeries();
    this.#all.set(name, series);
    return series;
  }
}
