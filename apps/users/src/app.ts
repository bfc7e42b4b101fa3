import { createDocumentationRouter } from '@fairlead/contracts';
import { createServiceApp, type ServiceContext } from '@fairlead/service';
import type { Express } from 'express';
import { createAccountRoutes } from './account/account-routes.ts';
import { usersContract } from './contract.ts';
import type { Dependencies } from './dependencies.ts';
import { createSessionRoutes } from './session/session-routes.ts';
import { createSigningKeyRoutes } from './signing-key/signing-key-routes.ts';

export const createApp = (dependencies: Dependencies, context: ServiceContext): Express =>
  createServiceApp({
    ...context,
    // Accounts last: theirs is the path with an id in the place of every other name.
    routes: [
      createDocumentationRouter(usersContract),
      createSigningKeyRoutes(dependencies),
      createSessionRoutes(dependencies),
      createAccountRoutes(dependencies),
    ],
  });
