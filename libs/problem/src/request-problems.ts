import { defineProblem } from './define-problem.ts';

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
