import type { Health } from '@fairlead/health';
import type { Logger } from '@fairlead/logging';
import { requestProblems } from '@fairlead/problem';
import express, { type Express, type RequestHandler, type Router } from 'express';
import { logRequests } from './access-log.ts';
import { serveHealth } from './health-routes.ts';
import { handleProblems } from './problem-handler.ts';
import { securityHeaders } from './security-headers.ts';

export interface ServiceAppOptions {
  logger: Logger;
  health: Health;
  /** The only part that differs between services. */
  routes: readonly Router[];
}

/** Makes the Express app that every service has, in the one order that is right. */
export function createServiceApp({ logger, health, routes }: ServiceAppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');

  app.use(logRequests(logger));
  app.use(securityHeaders);
  app.use(closeConnectionsWhileDraining(health));
  app.use(serveHealth(health));
  for (const router of routes) app.use(router);
  app.use(refuseUnknownRoute);
  app.use(handleProblems(logger));
  return app;
}

/** A kept-alive connection would go on bringing requests to a process that is about to leave. */
function closeConnectionsWhileDraining(health: Health): RequestHandler {
  return (_request, response, next) => {
    if (health.isDraining) response.setHeader('Connection', 'close');
    next();
  };
}

const refuseUnknownRoute: RequestHandler = (request) => {
  throw requestProblems.notFound(`no route has the path ${request.path}`);
};
