import type { Health } from '@fairlead/health';
import { requestProblems } from '@fairlead/problem';
import express, { type Express, type RequestHandler, type Router } from 'express';
import { serveHealth } from './health-routes.ts';
import { observeRequests } from './observe-requests.ts';
import { handleProblems } from './problem-handler.ts';
import { refuseLate, refuseMisdirected } from './refuse-futile.ts';
import { securityHeaders } from './security-headers.ts';
import type { ServiceContext } from './service-context.ts';

export interface ServiceAppOptions extends ServiceContext {
  /** The only part that differs between services. */
  routes: readonly Router[];
}

/** Makes the Express app that every service has, in the one order that is right. */
export function createServiceApp({ routes, ...context }: ServiceAppOptions): Express {
  const { name, logger, health, trustedProxies } = context;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  // Exactly so many: what stands further left in X-Forwarded-For was written by the client itself.
  app.set('trust proxy', trustedProxies);

  app.use(securityHeaders);
  app.use(closeConnectionsWhileDraining(health));
  // Probes come every few seconds from every side; the load balancer and ECS report those that fail.
  app.use(serveHealth(health));
  app.use(observeRequests(context));
  app.use(refuseMisdirected(name));
  app.use(refuseLate);
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
