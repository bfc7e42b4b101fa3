/**
 * The times and limits that the parts of the platform must agree on. Infra writes them into AWS resources, the chassis and
 * the libs keep to them; `times.test.ts` states which must exceed which, and why.
 */
export const times = {
  server: {
    /** A client that has not sent its headers by then is cut off. */
    headersTimeoutSeconds: 10,
    /** The longest that a whole request may take to arrive. */
    requestTimeoutSeconds: 30,
    /** How often Node.js looks for connections over those limits; its default of 30 s would make both meaningless. */
    connectionsCheckingIntervalSeconds: 1,
    keepAliveTimeoutSeconds: 65,
  },
  loadBalancer: {
    idleTimeoutSeconds: 60,
    deregistrationDelaySeconds: 15,
  },
  client: {
    keepAliveSeconds: 4,
    connectionAgeSeconds: 60,
    connectTimeoutMs: 500,
    attemptTimeoutSeconds: 1,
    callTimeoutSeconds: 3,
  },
  database: {
    connectTimeoutMs: 500,
    statementTimeoutMs: 800,
    /** The client gives up a little later than the server, for a server that no longer answers at all. */
    queryTimeoutMs: 900,
    lockTimeoutMs: 500,
    idleInTransactionTimeoutMs: 5000,
    connectionAgeSeconds: 600,
    /** A migration is over by then, or it fails and the tasks from before it go on. */
    migrationTimeoutSeconds: 110,
    migrationLockTimeoutMs: 3000,
  },
  secrets: {
    /** For how long a secret that was read is used before it is read again. */
    lifetimeSeconds: 60,
    /** How soon a read is tried again that failed while an older value was there. */
    retrySeconds: 5,
    /** Reads that callers ask for, because a value was refused, are at least this far apart. */
    refreshIntervalMs: 1000,
    /** The longest that a caller waits for a read; the read itself may go on. */
    waitMs: 1000,
    connectTimeoutMs: 500,
    requestTimeoutMs: 900,
  },
  discovery: {
    cacheSeconds: 10,
    dnsTtlSeconds: 10,
    /** How long a call waits for the instances of a service when it knows none, or only old ones. */
    lookupWaitMs: 1000,
    /** When a lookup is given up; until then its answer is still of use to later calls. */
    lookupTimeoutMs: 5000,
  },
  drain: {
    /** A task told to stop keeps answering for this long, because callers may still hold its address. */
    lagSeconds: 15,
    /** What a request already accepted may still take. */
    longestRequestSeconds: 30,
    /** Between SIGTERM and SIGKILL. */
    stopTimeoutSeconds: 60,
  },
  /** Of the container, by ECS: restarts a task that hangs. */
  containerHealthCheck: {
    intervalSeconds: 10,
    timeoutSeconds: 5,
    startPeriodSeconds: 30,
    retries: 3,
  },
  /** Of the target, by the load balancer: stops sending requests to a task that is about to leave. */
  targetHealthCheck: {
    intervalSeconds: 5,
    timeoutSeconds: 2,
    healthyThreshold: 2,
    unhealthyThreshold: 2,
  },
} as const;

export const limits = {
  headerCount: 100,
  headerBytes: 16 * 1024,
  bodyBytes: 100 * 1024,
} as const;

/** The port that every service listens on in its container. */
export const CONTAINER_PORT = 8080;
