import { requestProblems } from '@fairlead/problem';
import { findRequestContext } from '@fairlead/request-context';
import type { RequestHandler } from 'express';
import { SERVICE_HEADER } from './request-headers.ts';

/** Refuses what is meant for another service: ECS gives the addresses of tasks that are gone to new ones. */
export function refuseMisdirected(name: string): RequestHandler {
  return (request, _response, next) => {
    const meant = request.get(SERVICE_HEADER);
    if (meant !== undefined && meant !== name) {
      throw requestProblems.misdirected(`this is ${name}, and the request is meant for another service`);
    }
    next();
  };
}

/** Refuses what nobody waits for any more, before it costs anything. */
export const refuseLate: RequestHandler = (_request, _response, next) => {
  const context = findRequestContext();
  if (context && context.deadline <= performance.now()) {
    throw requestProblems.deadlinePassed('the caller does not wait for the answer any more');
  }
  next();
};
