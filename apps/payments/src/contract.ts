import { defineContract } from '@fairlead/contracts';
import { paymentRoutes } from './payment/payment-contract.ts';
import { refundRoutes } from './refund/refund-contract.ts';
import { webhookRoutes } from './webhook/webhook-contract.ts';

export const paymentsContract = defineContract({
  service: 'payments',
  title: 'Payments',
  description: 'Purchases: what is bought, paid, refunded and booked.',
  version: '0.1.0',
  routes: { ...paymentRoutes, ...refundRoutes, ...webhookRoutes },
});
