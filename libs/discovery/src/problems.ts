import { defineProblem, type Problem } from '@fairlead/problem';

const RETRY_AFTER_SECONDS = 1;

export const noInstances = defineProblem({
  code: 'discovery/no-instances',
  kind: 'unavailable',
  meaning:
    'A service that is needed for the answer has no instance at the moment; `Retry-After` says when to try again.',
});

/** What {@link Discovery.acquire} throws, with the failed lookup as its cause where there was one. */
export const createNoInstances = (service: string, cause?: unknown): Problem =>
  noInstances(`no instance of ${service} is known`, {
    cause,
    headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) },
  });
