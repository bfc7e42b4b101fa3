import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Charges } from './charges.ts';
import type { ProviderConfig } from './config.ts';
import { Journal } from './journal.ts';
import type { Log } from './log.ts';
import { createProviderServer, type ProviderOptions } from './server.ts';
import { Webhooks, type WebhookOptions } from './webhooks.ts';

export interface RunningProvider extends AsyncDisposable {
  port: number;
}

/** Waits that tests shorten. */
export type Pace = Pick<ProviderOptions, 'disturbanceMs'> & Pick<WebhookOptions, 'firstDelayMs'>;

/** Starts the provider on what the journal tells. Disposing of it stops it; what was not delivered is at the next start. */
export async function runProvider(config: ProviderConfig, log: Log, pace: Pace = {}): Promise<RunningProvider> {
  await using starting = new AsyncDisposableStack();
  const journal = starting.use(new Journal(config.state));
  const webhooks: Webhooks = starting.use(
    new Webhooks({
      url: config.webhookUrl,
      key: config.webhookKey,
      log,
      onSettled: (eventId) => {
        charges.settle(eventId);
      },
      ...pace,
    }),
  );
  const charges: Charges = new Charges(journal);
  charges.onEvent((event) => {
    webhooks.send(event, charges.findCard(event.chargeId)?.webhook);
  });

  const server = createProviderServer({ charges, apiKey: config.apiKey, log, ...pace });
  server.listen(config.port, '127.0.0.1');
  await once(server, 'listening');
  starting.defer(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  const parts = starting.move();
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
