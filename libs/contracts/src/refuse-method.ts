import { requestProblems } from '@fairlead/problem';
import type { RequestHandler } from 'express';

/** Answers the methods that a path does not have, and OPTIONS with those that it has. */
export function refuseMethod(allowed: string): RequestHandler {
  return (request, response) => {
    if (request.method === 'OPTIONS') {
      response.writeHead(204, { Allow: allowed }).end();
      return;
    }
    throw requestProblems.methodNotAllowed(`${request.method} is not allowed here; allowed: ${allowed}`, {
      headers: { Allow: allowed },
    });
  };
}
