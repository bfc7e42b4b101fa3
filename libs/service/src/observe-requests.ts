import { runInRequest } from '@fairlead/request-context';
import type { Request, RequestHandler, Response } from 'express';
import { createRequestContext } from './create-request-context.ts';
import { SERVICE_HEADER } from './request-headers.ts';
import type { ServiceContext } from './service-context.ts';

const METHOD_NOT_ALLOWED = 405;

/** Of a path in the log: longer ones are not ours. */
const MAX_PATH_LENGTH = 1024;

/** Gives every request its context, and writes its access line, its measurements and the end of its span when it is over. */
export function observeRequests({ name, logger, tracer, metrics }: ServiceContext): RequestHandler {
  return (request, response, next) => {
    const started = performance.now();
    const span = tracer.startRequest(request.headers);
    const context = createRequestContext(request, response, span.context);
    const { requestId } = context;
    response.setHeader('X-Request-Id', requestId);
    response.setHeader(SERVICE_HEADER, name);
    response.locals.requestId = requestId;
    runInRequest(context, () => {
      response.on('close', () => {
        const ended = describe(request, response, performance.now() - started);
        // Stated here too: an answer that is broken off is closed outside the context of its request.
        logger.info({ requestId, traceId: span.context.traceId, ...ended }, 'request');
        metrics.recordRequest({ ...ended, route: isRefusedMethod(ended) ? undefined : ended.route });
        span.end({ aborted: false, ...ended });
      });
      next();
    });
  };
}

/** Whoever invents methods must not make a metric of each. */
const isRefusedMethod = ({ method, status }: { method: string; status: number }) =>
  method === 'OPTIONS' || status === METHOD_NOT_ALLOWED;

/** The path without its query, which can hold what a person typed. */
function describe(request: Request, response: Response, durationMs: number) {
  return {
    method: request.method,
    path: (request.baseUrl + request.path).slice(0, MAX_PATH_LENGTH),
    ...(request.route !== undefined && { route: (request.route as { path: string }).path }),
    status: response.statusCode,
    durationMs: Math.round(durationMs * 10) / 10,
    bytes: Number(response.getHeader('content-length') ?? 0),
    clientAddress: request.ip,
    ...(!response.writableFinished && { aborted: true }),
  };
}
