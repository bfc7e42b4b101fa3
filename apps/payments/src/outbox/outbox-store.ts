import type { PaymentEvent } from '@fairlead/catalog-api';
import type { Queryable } from '@fairlead/database';
import * as statements from './outbox-statements.ts';

/** An event on its way, and how often it was tried. */
export interface DueEvent {
  event: PaymentEvent;
  attempts: number;
}

/** The events in the database that are to be published. */
export interface OutboxStore {
  /** Takes events that nobody else publishes; of each payment the earliest, for the others wait behind it. */
  takeDue(limit: number): Promise<DueEvent[]>;
  markPublished(id: string): Promise<void>;
  postpone(id: string, dueInMs: number): Promise<void>;
}

export const createOutboxStore = (database: Queryable, { leaseMs }: { leaseMs: number }): OutboxStore => ({
  async takeDue(limit) {
    const rows = await database.query(statements.takeDueEvents, [leaseMs, limit]);
    return rows.map(({ id, payment_id, type, occurred_at, attempts }) => ({
      event: {
        id,
        type: type as PaymentEvent['type'],
        occurredAt: occurred_at.toISOString(),
        paymentId: payment_id,
      },
      attempts,
    }));
  },
  async markPublished(id) {
    await database.query(statements.markPublished, [id]);
  },
  async postpone(id, dueInMs) {
    await database.query(statements.postponeEvent, [id, dueInMs]);
  },
});
