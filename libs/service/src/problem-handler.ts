import type { Logger } from '@fairlead/logging';
import { PROBLEM_CONTENT_TYPE, Problem, requestProblems, toDocument } from '@fairlead/problem';
import type { ErrorRequestHandler, Response } from 'express';

/** Answers every error as `application/problem+json`, and logs once those that someone must look at. */
export function handleProblems(logger: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response: Response, _next) => {
    const problem = toProblem(error);
    if (problem.status >= 500) {
      const level = problem.kind === 'unavailable' ? 'warn' : 'error';
      logger[level]({ code: problem.code, error: problem.cause ?? problem }, 'request failed');
    }
    // Half an answer is out: only a broken connection tells the caller that it is not whole.
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const document = toDocument(problem, response.locals.requestId as string | undefined);
    const body = Buffer.from(JSON.stringify(document));
    response
      .writeHead(problem.status, {
        ...problem.headers,
        'Content-Type': PROBLEM_CONTENT_TYPE,
        'Content-Length': body.length,
      })
      .end(body);
  };
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  // What Express itself throws: a path that is not valid percent-encoding.
  if (error instanceof URIError) return requestProblems.malformed('the path is not valid percent-encoding');
  return requestProblems.internal('the service failed; try again, or report the request id', { cause: error });
}
