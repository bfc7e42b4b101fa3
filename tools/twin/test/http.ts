import { once } from 'node:events';
import { createServer, request, type IncomingHttpHeaders, type RequestListener, type RequestOptions } from 'node:http';
import type { Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { LOOPBACK, listenOn } from '../src/ports.ts';

export interface TestServer {
  server: Server;
  port: number;
  /** Refuses connections from now on, and cuts those that there are. */
  close: () => Promise<void>;
}

/** A server on a port of its own, until the test is over. */
export async function startServer(listener: RequestListener): Promise<TestServer> {
  const server = createServer(listener);
  const port = await listenOn(server, 0);
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  onTestFinished(close);
  return { server, port, close };
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Sends a request over a connection of its own, and reads the whole answer. */
export async function send(port: number, options: RequestOptions = {}, body?: string | Buffer): Promise<Answer> {
  const req = request({ host: LOOPBACK, port, agent: false, ...options });
  const answered = new Promise<Answer>((resolve, reject) => {
    req.on('error', reject).on('response', (res) => {
      text(res).then((received) => {
        resolve({ status: res.statusCode ?? 0, headers: res.headers, body: received });
      }, reject);
    });
  });
  req.end(body);
  return answered;
}
