import { expect, test } from 'vitest';
import { addAccount, PASSWORD, startUsers } from '../../test/start-users.ts';
import { signIn } from './sign-in.ts';

test('whoever has signed in is not sent away because of what is tidied up afterwards', async () => {
  const users = await startUsers();
  const { userId } = await addAccount(users, { email: 'ada@shop.example' });
  const { dependencies } = users;
  const fail = () => Promise.reject(new Error('the database is gone'));
  const session = await signIn(
    {
      ...dependencies,
      accounts: { ...dependencies.accounts, rehashPassword: fail },
      passwords: { ...dependencies.passwords, isOutdated: () => true },
      limits: { ...dependencies.limits, forgetSignIns: fail },
    },
    { email: 'ada@shop.example', password: PASSWORD },
  );
  expect(session.caller.userId).toBe(userId);
  expect(await dependencies.sessions.refresh(session.refreshToken)).toMatchObject({ outcome: 'refreshed' });
});
