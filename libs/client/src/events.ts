/** What may be worth a line in the log or a metric. */
export interface ClientEvent {
  type: 'attempt-failed';
  callee: string;
  /** The name of the route in its contract. */
  route: string;
  /** 1 for the first. */
  attempt: number;
  /** `host:port`; absent where no instance was found. */
  instance?: string;
  /** The code of the problem that the call ends with, unless it is made again. */
  code: string;
  cause?: unknown;
  /** Whether it is made again, or why not. */
  next: 'retried' | 'not-retriable' | 'attempts-used-up' | 'budget-used-up' | 'no-time-left';
}
