import type { Health, HealthReport } from '@fairlead/health';
import { requestProblems } from '@fairlead/problem';
import { Router, type RequestHandler, type Response } from 'express';

/** Serves `/livez` and `/readyz` for probes, and `/healthz` with every dependency for people and alarms. */
export function serveHealth(health: Health): Router {
  const router = Router();
  router.get('/livez', (_request, response) => {
    send(response, health.liveness());
  });
  router.get('/readyz', (_request, response) => {
    send(response, health.readiness());
  });
  router.get('/healthz', async (_request, response) => {
    send(response, await health.report());
  });
  router.all(['/livez', '/readyz', '/healthz'], refuseOtherMethods);
  return router;
}

const refuseOtherMethods: RequestHandler = ({ method }) => {
  throw requestProblems.methodNotAllowed(`${method} is not allowed here; allowed: GET, HEAD`, {
    headers: { Allow: 'GET, HEAD' },
  });
};

function send(response: Response, report: HealthReport): void {
  response
    .status(report.status === 'fail' ? 503 : 200)
    .set({ 'Cache-Control': 'no-store', 'Content-Type': 'application/health+json' })
    .send(JSON.stringify(report));
}
