import { runInRequest, type Logger } from '@fairlead/logging';
import type { Request, RequestHandler, Response } from 'express';
import { randomUUID } from 'node:crypto';

/** Long enough to be unique, short enough to log, and nothing that could break a line or a header. */
const REQUEST_ID = /^[A-Za-z0-9][A-Za-z0-9._:=-]{7,127}$/;

/** Of a path in the log: longer ones are not ours. */
const MAX_PATH_LENGTH = 1024;

/** Gives every request an id, its own where it is well formed, and writes one line when it is over. */
export function logRequests(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const requestId = takeRequestId(request);
    const started = performance.now();
    response.setHeader('X-Request-Id', requestId);
    response.locals.requestId = requestId;
    runInRequest({ requestId }, () => {
      response.on('close', () => {
        logger[isProbe(request) ? 'debug' : 'info'](
          describe(request, response, performance.now() - started),
          'request',
        );
      });
      next();
    });
  };
}

function takeRequestId(request: Request): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** Probes come every few seconds from every side; the load balancer and ECS report those that fail. */
const isProbe = ({ path }: Request) => path === '/livez' || path === '/readyz';

/** The path without its query, which can hold what a person typed. */
function describe(request: Request, response: Response, durationMs: number) {
  return {
    // Stated here too: an answer that is broken off is closed outside the context of its request.
    requestId: response.locals.requestId as string,
    method: request.method,
    path: (request.baseUrl + request.path).slice(0, MAX_PATH_LENGTH),
    ...(request.route !== undefined && { route: (request.route as { path: string }).path }),
    status: response.statusCode,
    durationMs: Math.round(durationMs * 10) / 10,
    bytes: Number(response.getHeader('content-length') ?? 0),
    clientAddress: request.socket.remoteAddress,
    ...(!response.writableFinished && { aborted: true }),
  };
}
