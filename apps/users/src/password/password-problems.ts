import { defineProblem } from '@fairlead/problem';

export const tooBusy = defineProblem({
  code: 'users/too-busy',
  kind: 'unavailable',
  meaning:
    'More people sign in at this moment than the service can hash passwords for; `Retry-After` says when to try again.',
});
