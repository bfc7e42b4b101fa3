import { defineProblem } from '@fairlead/problem';

export const passwordWrong = defineProblem({
  code: 'users/password-wrong',
  kind: 'forbidden',
  meaning: 'The current password is not the one that was given. Nothing was changed.',
});

export const lastAdmin = defineProblem({
  code: 'users/last-admin',
  kind: 'conflict',
  meaning: 'The account is the last active admin: nobody could make another one after this change.',
});
