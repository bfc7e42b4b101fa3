import { randomBytes } from 'node:crypto';
import type { AnsweredRequest } from '../load-balancer/load-balancer.ts';
import type { TraceStore } from './trace-store.ts';

/** Tells the segment of the load balancer from those of services. */
export const ENTRANCE_ORIGIN = 'AWS::ElasticLoadBalancing::LoadBalancer';

/** A part of a path that can only be a name in it: the load balancer knows no routes, and a card number or a token must not stay. */
const NAME = /^[a-z]{0,20}$/;

/** Keeps a segment of a request at the entrance, so that its trace begins where the request did. An ALB sends none. */
export function recordEntrance(store: TraceStore, answered: AnsweredRequest): void {
  const { traceId, method, path, status, startedAt, endedAt } = answered;
  store.join(
    JSON.stringify({
      trace_id: traceId,
      id: randomBytes(8).toString('hex'),
      name: 'entrance',
      origin: ENTRANCE_ORIGIN,
      start_time: startedAt / 1000,
      end_time: endedAt / 1000,
      http: { request: { method, url: hideValues(path) }, response: { status } },
      ...(status >= 500 && { fault: true }),
      ...(status >= 400 && status < 500 && { error: true }),
    }),
  );
}

const hideValues = (path: string): string =>
  path
    .split('/')
    .map((part) => (NAME.test(part) ? part : '*'))
    .join('/');
