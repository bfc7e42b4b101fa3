export { accountNotFound, accountRoutes, keyRoutes, keysUnavailable, usersApi, type Account } from './users-api.ts';
