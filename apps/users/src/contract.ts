import { defineContract } from '@fairlead/contracts';
import { accountRoutes, keyRoutes } from '@fairlead/users-api';
import { userRoutes } from './account/account-contract.ts';
import { sessionRoutes } from './session/session-contract.ts';

export const usersContract = defineContract({
  service: 'users',
  title: 'Users',
  description: 'The people of the shop: sign-up, sign-in and their tokens.',
  version: '0.1.0',
  routes: { ...keyRoutes, ...sessionRoutes, ...userRoutes, ...accountRoutes },
});
