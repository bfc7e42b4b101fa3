import { times } from '@fairlead/manifest/times';
import type { RequestContext, TraceContext } from '@fairlead/request-context';
import type { Request, Response } from 'express';
import { randomUUID } from 'node:crypto';
import { TIMEOUT_HEADER } from './request-headers.ts';

/** Long enough to be unique, short enough to log, and nothing that could break a line or a header. */
const REQUEST_ID = /^[A-Za-z0-9][A-Za-z0-9._:=-]{7,127}$/;

const TIMEOUT = /^\d{1,6}$/;

const LONGEST_REQUEST_MS = times.drain.longestRequestSeconds * 1000;

/** Makes the context of a request that has just arrived. */
export function createRequestContext(request: Request, response: Response, trace: TraceContext): RequestContext {
  const deadline = performance.now() + readTimeout(request);
  let signal: AbortSignal | undefined;
  return {
    requestId: takeRequestId(request),
    deadline,
    clientAddress: request.ip ?? '',
    trace,
    // Most requests are over before anybody could want to break them off.
    get signal() {
      return (signal ??= createSignal(response, deadline));
    },
  };
}

function takeRequestId({ headers }: Request): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** A caller can ask for less than any request may take, never for more. */
function readTimeout(request: Request): number {
  const given = request.get(TIMEOUT_HEADER);
  return given !== undefined && TIMEOUT.test(given) ? Math.min(Number(given), LONGEST_REQUEST_MS) : LONGEST_REQUEST_MS;
}

function createSignal(response: Response, deadline: number): AbortSignal {
  const controller = new AbortController();
  const stop = (reason: string) => {
    if (!response.writableFinished) controller.abort(new Error(reason));
  };
  if (response.closed) stop('the caller went away');
  const timer = setTimeout(stop, deadline - performance.now(), 'the deadline of the request passed').unref();
  response.once('close', () => {
    clearTimeout(timer);
    stop('the caller went away');
  });
  return controller.signal;
}
