import { randomBytes } from 'node:crypto';

/**
 * A request without a trace gets a root; one that has a root keeps it and gets the load balancer's own id beside it.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html
 */
export function toTraceHeader(given: string | string[] | undefined): string {
  const id = `1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
  const fields = String(given ?? '')
    .split(';')
    .filter((field) => field !== '' && !field.startsWith('Self='));
  if (!fields.some((field) => field.startsWith('Root='))) return [`Root=${id}`, ...fields].join(';');
  return [`Self=${id}`, ...fields].join(';');
}

/** The trace that a request belongs to; nothing where its caller gave a root that is none. */
export const findTraceId = (header: string): string | undefined =>
  /(?:^|;)Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?:;|$)/i.exec(header)?.[1];
