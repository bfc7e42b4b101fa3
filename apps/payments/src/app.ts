import { createDocumentationRouter } from '@fairlead/contracts';
import { createServiceApp, type ServiceContext } from '@fairlead/service';
import type { Express } from 'express';
import { paymentsContract } from './contract.ts';
import type { Dependencies } from './dependencies.ts';
import { createPaymentRoutes } from './payment/payment-routes.ts';
import { createRefundRoutes } from './refund/refund-routes.ts';
import { createWebhookRoutes } from './webhook/webhook-routes.ts';

export const createApp = (dependencies: Dependencies, context: ServiceContext): Express =>
  createServiceApp({
    ...context,
    // Payments last: theirs is the path with an id in the place of every other name.
    routes: [
      createDocumentationRouter(paymentsContract),
      createWebhookRoutes(dependencies),
      createRefundRoutes(dependencies),
      createPaymentRoutes(dependencies),
    ],
  });
