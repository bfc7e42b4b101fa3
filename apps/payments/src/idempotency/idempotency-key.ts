import { defineProblem } from '@fairlead/problem';
import { z } from 'zod';

export const keyReused = defineProblem({
  code: 'payments/idempotency-key-reused',
  kind: 'unprocessable',
  meaning: 'The `Idempotency-Key` was sent before with another body. A new request needs a new key.',
});

export const inProgress = defineProblem({
  code: 'payments/in-progress',
  kind: 'conflict',
  meaning: 'The request with this `Idempotency-Key` is still being worked on; `Retry-After` says when to ask again.',
});

/** https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/ */
export const idempotencyHeaders = z.object({
  'idempotency-key': z.string().regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters'),
});
