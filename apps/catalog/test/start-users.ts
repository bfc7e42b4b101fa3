import type { PublicKeys } from '@fairlead/auth';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface TestUsers {
  /** `host:port` */
  address: string;
  /** Answers nobody any more. */
  stop: () => Promise<void>;
}

/** Something that publishes keys as users does, until the test is over. */
export async function startUsers(keys: () => Promise<PublicKeys>): Promise<TestUsers> {
  const server = createServer((request, response) => {
    void keys().then((body) => {
      response.setHeader('X-Fairlead-Service', 'users').setHeader('Content-Type', 'application/json');
      response.writeHead(request.url === '/users/jwks.json' ? 200 : 404).end(JSON.stringify(body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  onTestFinished(stop);
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, stop };
}
