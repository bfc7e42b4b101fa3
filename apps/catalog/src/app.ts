import { createDocumentationRouter } from '@fairlead/contracts';
import { createServiceApp, type ServiceContext } from '@fairlead/service';
import type { Express } from 'express';
import { catalogContract } from './contract.ts';
import type { Dependencies } from './dependencies.ts';
import { createProductRoutes } from './product/product-routes.ts';
import { createReservationRoutes } from './reservation/reservation-routes.ts';

export const createApp = (dependencies: Dependencies, context: ServiceContext): Express =>
  createServiceApp({
    ...context,
    routes: [
      createDocumentationRouter(catalogContract),
      createProductRoutes(dependencies),
      createReservationRoutes(dependencies),
    ],
  });
