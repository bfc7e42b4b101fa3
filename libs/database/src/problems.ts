import { defineProblem } from '@fairlead/problem';

export const databaseUnavailable = defineProblem({
  code: 'database/unavailable',
  kind: 'unavailable',
  meaning: 'The database cannot be reached or did not answer in time; `Retry-After` says when to try again.',
});
