import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Where a message is when something happens. */
export interface Passage {
  name: string;
  forward: () => void;
}

export interface Proxy extends AsyncDisposable {
  port: number;
}

/** Hands on a connection, byte for byte, and lets `onMessage` decide about every message that goes towards the server. */
export async function startProxy(
  target: { name: string; port: number },
  onMessage: (passage: Passage) => void,
): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target.port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        // What was forwarded before still arrives.
        upstream.end();
      });
    }
    upstream.on('data', (data) => client.write(data));
    client.on('data', (data) => {
      onMessage({ name: target.name, forward: () => void upstream.write(data) });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
