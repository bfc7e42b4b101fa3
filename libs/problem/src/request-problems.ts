import { defineProblem } from './define-problem.ts';

/** What any route of a service with a database can answer. */
export const databaseUnavailable = defineProblem({
  code: 'database/unavailable',
  kind: 'unavailable',
  meaning: 'The database cannot be reached or did not answer in time; `Retry-After` says when to try again.',
});

/** What can be wrong with any request, before a service's own rules are asked. */
export const requestProblems = {
  invalid: defineProblem({
    code: 'request/invalid',
    kind: 'invalid',
    meaning: 'A field of the path, query, headers or body is not what the contract says; `errors` names each.',
  }),
  malformed: defineProblem({
    code: 'request/malformed',
    kind: 'invalid',
    meaning: 'The request is not HTTP, its path is not valid, or its body is not JSON in UTF-8.',
  }),
  unauthenticated: defineProblem({
    code: 'request/unauthenticated',
    kind: 'unauthenticated',
    meaning: 'The route needs `Authorization: Bearer` with a token, and there is none, or it is not valid any more.',
  }),
  forbidden: defineProblem({
    code: 'request/forbidden',
    kind: 'forbidden',
    meaning: 'The caller is known and may not use this route.',
  }),
  unverifiable: defineProblem({
    code: 'request/unverifiable',
    kind: 'unavailable',
    meaning: 'The token cannot be verified, because its keys cannot be had; `Retry-After` says when to try again.',
  }),
  misdirected: defineProblem({
    code: 'request/misdirected',
    kind: 'misdirected',
    meaning: 'The request is meant for another service, whose address this one has now. Nothing was done with it.',
  }),
  deadlinePassed: defineProblem({
    code: 'request/deadline-passed',
    kind: 'unavailable',
    meaning: 'The time that the caller waits for the answer was over before the work could begin.',
  }),
  notFound: defineProblem({
    code: 'request/route-not-found',
    kind: 'not-found',
    meaning: 'No route has this path.',
  }),
  methodNotAllowed: defineProblem({
    code: 'request/method-not-allowed',
    kind: 'method-not-allowed',
    meaning: 'The path exists, but not with this method; `Allow` lists those it has.',
  }),
  timeout: defineProblem({
    code: 'request/timeout',
    kind: 'timeout',
    meaning: 'The headers, or the whole request, did not arrive in time.',
  }),
  tooLarge: defineProblem({
    code: 'request/body-too-large',
    kind: 'too-large',
    meaning: 'The body exceeds the limit that `detail` names.',
  }),
  headersTooLarge: defineProblem({
    code: 'request/headers-too-large',
    kind: 'headers-too-large',
    meaning: 'The header section exceeds the limit that `detail` names.',
  }),
  unsupportedMediaType: defineProblem({
    code: 'request/unsupported-media-type',
    kind: 'unsupported-media-type',
    meaning: 'The body is not of a media type that the route takes; `Accept` lists those it takes.',
  }),
  internal: defineProblem({
    code: 'request/internal',
    kind: 'internal',
    meaning: 'The service failed in a way it did not expect. Its log has the reason under the request id.',
  }),
} as const;
