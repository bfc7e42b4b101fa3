/** One request that was answered. */
export interface RequestMeasurement {
  method: string;
  /** The path of the route with its parameters by name, such as `/products/:id`; absent where no route has the path. */
  route: string | undefined;
  status: number;
  durationMs: number;
}

/** Counts what happens and writes it once per interval. */
export interface Metrics extends AsyncDisposable {
  recordRequest(measurement: RequestMeasurement): void;
  /** Counts an event of the service's own, such as `PaymentsCaptured`. */
  count(name: string, value?: number): void;
}
