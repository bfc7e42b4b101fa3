import type { Database } from '@fairlead/database';
import { hastenPayment } from '../payment/payment-statements.ts';
import { hastenRefunds } from '../refund/refund-statements.ts';
import type { WebhookEvent } from './webhook-contract.ts';
import { insertWebhookEvent } from './webhook-statements.ts';

/** What webhooks do. */
export interface WebhookStore {
  /** Makes the payment of a charge due, so that the provider is asked about it soon. The same event does nothing twice. */
  take(event: WebhookEvent): Promise<void>;
}

export const createWebhookStore = (database: Database): WebhookStore => ({
  take: ({ id, chargeId }) =>
    database.transaction(async (transaction) => {
      const [isNew] = await transaction.query(insertWebhookEvent, [id]);
      if (!isNew) return;
      await transaction.query(hastenPayment, [chargeId]);
      await transaction.query(hastenRefunds, [chargeId]);
    }),
});
