import { runInRequest } from '@fairlead/request-context';
import type { IncomingHttpHeaders } from 'node:http';
import type { RequestOutcome, Tracer } from '../src/tracer.ts';

const OK: RequestOutcome = { method: 'GET', route: '/products/:id', status: 200, aborted: false };

/** Does what the chassis does for a request: its span around the work, and its trace in the context. */
export async function serveRequest<Result>(
  tracer: Tracer,
  headers: IncomingHttpHeaders,
  work: () => Promise<Result>,
  outcome: Partial<RequestOutcome> = {},
): Promise<Result> {
  const span = tracer.startRequest(headers);
  const context = {
    requestId: 'request-1',
    deadline: Infinity,
    signal: new AbortController().signal,
    clientAddress: '127.0.0.1',
    trace: span.context,
  };
  try {
    return await runInRequest(context, work);
  } finally {
    span.end({ ...OK, ...outcome });
  }
}
