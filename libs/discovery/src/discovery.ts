/** One running task of a service. */
export interface Instance {
  id: string;
  host: string;
  port: number;
  /** The availability zone, where it is known. */
  zone?: string;
}

/** The use of an instance for one request. Exactly one of the three is called, when the request is over. */
export interface Lease {
  readonly instance: Instance;
  /** It answered, whatever the answer. */
  succeed(): void;
  /**
   * It broke off, was too slow or answered 502 to 504.
   * @param how `unreachable`: nothing of the service is at its address, as a refused connection says
   */
  fail(how?: 'unreachable'): void;
  /** The request ended before the instance could show what it is worth, as when the caller went away. */
  release(): void;
}

/** Finds the instances of services and picks one for a request. */
export interface Discovery extends AsyncDisposable {
  /**
   * Picks a healthy instance: of two in the own zone, the less loaded.
   * @param avoid ids of instances already tried for this request; used again where there is no other
   * @throws {Problem} `discovery/no-instances` where the service has none, or was never found
   */
  acquire(service: string, avoid?: ReadonlySet<string>): Promise<Lease>;
}

/** What may be worth a line in the log or a metric. */
export type DiscoveryEvent =
  | { type: 'lookup-failed'; service: string; error: unknown }
  | { type: 'instance-ejected'; service: string; instance: Instance; forMs: number }
  | { type: 'instance-restored'; service: string; instance: Instance };
