import { createRouter, type Handlers } from '@fairlead/contracts';
import { keyRoutes } from '@fairlead/users-api';
import type { Router } from 'express';
import type { Dependencies } from '../dependencies.ts';

const contract = { routes: keyRoutes };

export const createSigningKeyRoutes = (dependencies: Dependencies): Router =>
  createRouter(contract, createHandlers(dependencies), dependencies);

const createHandlers = ({ signingKeys }: Dependencies): Handlers<typeof contract> => ({
  listKeys: async () => ({ status: 200, body: { keys: await signingKeys.list() } }),
});
