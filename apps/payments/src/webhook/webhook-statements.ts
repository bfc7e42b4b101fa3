import { statement } from '@fairlead/database';

/** Returns nothing where the event had its effect before. */
export const insertWebhookEvent = statement({
  name: 'insert-webhook-event',
  text: 'INSERT INTO webhook_events (id) VALUES ($1) ON CONFLICT (id) DO NOTHING RETURNING id',
  parameters: ['text'],
  columns: { id: 'text' },
});

export const sweepWebhookEvents = statement({
  name: 'sweep-webhook-events',
  text: `DELETE FROM webhook_events WHERE id = ANY (ARRAY(
      SELECT id FROM webhook_events WHERE received_at < now() - $1::integer * interval '1 hour'
      LIMIT $2::integer FOR UPDATE SKIP LOCKED
    )) RETURNING true AS swept`,
  parameters: ['int4', 'int4'],
  columns: { swept: 'bool' },
});
