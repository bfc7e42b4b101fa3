import type { catalogApi } from '@fairlead/catalog-api';
import type { Client } from '@fairlead/client';
import { backoffMs } from '../recovery/lease.ts';
import type { DueEvent, OutboxStore } from './outbox-store.ts';

export interface RelayParts {
  outbox: OutboxStore;
  catalog: Pick<Client<typeof catalogApi>, 'takePaymentEvent'>;
  /** Told of each event that could not be published; it is tried again. */
  onError: (error: unknown, due: DueEvent) => void;
}

const BATCH = 10;

/**
 * Publishes the events that are due, until there are none. Between an event's publication and the note of it this process
 * may die: then it is published once more, and its id tells the receiver that it was there before.
 */
export async function publishDueEvents(parts: RelayParts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const due = await parts.outbox.takeDue(BATCH);
    if (due.length === 0) return;
    await Promise.all(due.map((one) => publish(parts, one)));
  }
}

async function publish({ outbox, catalog, onError }: RelayParts, due: DueEvent): Promise<void> {
  const { event, attempts } = due;
  try {
    await catalog.takePaymentEvent({ body: event });
  } catch (error) {
    onError(error, due);
    await outbox.postpone(event.id, backoffMs(attempts));
    return;
  }
  await outbox.markPublished(event.id);
}
