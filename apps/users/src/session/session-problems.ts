import { defineProblem } from '@fairlead/problem';

export const signInRefused = defineProblem({
  code: 'users/sign-in-refused',
  kind: 'unauthenticated',
  meaning: 'No active account has this address with this password. Which of them is wrong is not said.',
});

export const sessionEnded = defineProblem({
  code: 'users/session-ended',
  kind: 'unauthenticated',
  meaning: 'The refresh token belongs to no session, or its session has ended. Sign in again.',
});
