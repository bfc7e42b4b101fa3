/** Names the service: in a request the one that it is meant for, in an answer the one that gave it. */
export const SERVICE_HEADER = 'X-Fairlead-Service';

/** In a request: how many milliseconds its caller will wait for the answer. */
export const TIMEOUT_HEADER = 'X-Request-Timeout-Ms';
