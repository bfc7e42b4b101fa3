import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';

export const LOOPBACK = '127.0.0.1';

/** Listens on a port of this machine, or on a free one where that is taken; returns the port. */
export async function listenOn(server: Server, preferredPort: number): Promise<number> {
  server.listen(preferredPort, LOOPBACK);
  try {
    await once(server, 'listening');
  } catch (error) {
    if (preferredPort === 0 || !isPortTaken(error)) throw error;
    return listenOn(server, 0);
  }
  return (server.address() as AddressInfo).port;
}

export const isPortTaken = (error: unknown): boolean =>
  ['EADDRINUSE', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '');

/** Returns a port on which nothing listens at this moment: the preferred one where that is free. */
export async function findFreePort(preferredPort = 0): Promise<number> {
  const server = createServer();
  const port = await listenOn(server, preferredPort);
  server.close();
  await once(server, 'close');
  return port;
}
