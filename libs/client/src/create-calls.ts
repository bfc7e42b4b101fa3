import type { Contract } from '@fairlead/contracts';
import { createDiscovery, findZone, type DiscoveryConfig, type DiscoveryEvent } from '@fairlead/discovery';
import type { Client } from './client.ts';
import { Connections } from './connections.ts';
import { createClient, type ClientOptions } from './create-client.ts';
import type { ClientEvent } from './events.ts';

export interface CallsOptions extends Pick<ClientOptions, 'caller' | 'tracer' | 'sign'> {
  /** Told of what does not go as it should: the fields of a log line, and its constant message. */
  onTrouble: (fields: Record<string, unknown>, message: string) => void;
}

/** The way from one process to all the services that it calls. Disposing of it closes the connections. */
export interface Calls extends AsyncDisposable {
  /** The client of one service. Take it once: it holds the budget of retries. */
  to<Api extends Contract>(api: Api): Client<Api>;
}

/** Makes what all calls of a process share: the instances that are known, in which zone it is, and the connections. */
export async function createCalls(config: DiscoveryConfig, { onTrouble, ...options }: CallsOptions): Promise<Calls> {
  await using parts = new AsyncDisposableStack();
  const zone = await findZone(config.taskMetadataUri, (error) => {
    onTrouble({ error }, 'availability zone not found');
  });
  const discovery = parts.use(
    createDiscovery(config, {
      zone,
      onEvent: (event) => {
        tellDiscovery(event, onTrouble);
      },
    }),
  );
  const connections = parts.use(new Connections());
  const shared = {
    ...options,
    discovery,
    connections,
    onEvent: (event: ClientEvent) => {
      tellAttempt(event, onTrouble);
    },
  };
  const disposables = parts.move();
  return {
    to: (api) => createClient(api, shared),
    [Symbol.asyncDispose]: () => disposables.disposeAsync(),
  };
}

const DISCOVERY_MESSAGES: Record<DiscoveryEvent['type'], string> = {
  'lookup-failed': 'instances not looked up',
  'instance-ejected': 'instance avoided for a while',
  'instance-restored': 'instance used again',
};

function tellDiscovery({ type, ...fields }: DiscoveryEvent, onTrouble: CallsOptions['onTrouble']): void {
  onTrouble(fields, DISCOVERY_MESSAGES[type]);
}

function tellAttempt({ type: _type, cause, ...fields }: ClientEvent, onTrouble: CallsOptions['onTrouble']): void {
  onTrouble({ ...fields, ...(cause !== undefined && { error: cause }) }, 'attempt of a call failed');
}
