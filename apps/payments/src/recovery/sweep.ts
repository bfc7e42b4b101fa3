import type { Queryable } from '@fairlead/database';
import { sweepEvents } from '../outbox/outbox-statements.ts';
import { sweepPaymentKeys } from '../payment/payment-statements.ts';
import { sweepRefundKeys } from '../refund/refund-statements.ts';
import { sweepWebhookEvents } from '../webhook/webhook-statements.ts';

/** Little at a time, so that no lock is held for long. */
const BATCH = 500;

/** Forgets keys with their answers, webhooks, and events that were published, once they are older than so many hours. */
export async function sweep(database: Queryable, hours: number, signal: AbortSignal): Promise<void> {
  for (const statement of [sweepPaymentKeys, sweepRefundKeys, sweepWebhookEvents, sweepEvents]) {
    let swept = BATCH;
    while (swept === BATCH && !signal.aborted) swept = (await database.query(statement, [hours, BATCH])).length;
  }
}
