import { defineProblem } from '@fairlead/problem';

export const tooManyAttempts = defineProblem({
  code: 'users/too-many-attempts',
  kind: 'too-many',
  meaning: 'This was tried too often from one address, or for one account; `Retry-After` says when to try again.',
});
