import { limits, times } from '@fairlead/manifest/times';
import { PROBLEM_CONTENT_TYPE, requestProblems, toDocument, type Problem } from '@fairlead/problem';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { SERVICE_HEADER } from './request-headers.ts';

const SWEEP_INTERVAL_MS = 100;

export interface HttpServer {
  server: Server;
  /** Lets every connection end with the answer that it is waiting for: draining reaches requests that came before it. */
  closeConnections: () => void;
}

/** Makes the server of the service `name`, with every limit stated. */
export function createHttpServer(name: string, listener: RequestListener): HttpServer {
  const { headersTimeoutSeconds, requestTimeoutSeconds, connectionsCheckingIntervalSeconds, keepAliveTimeoutSeconds } =
    times.server;
  const server = createServer(
    {
      headersTimeout: headersTimeoutSeconds * 1000,
      requestTimeout: requestTimeoutSeconds * 1000,
      connectionsCheckingInterval: connectionsCheckingIntervalSeconds * 1000,
      keepAliveTimeout: keepAliveTimeoutSeconds * 1000,
      maxHeaderSize: limits.headerBytes,
    },
    listener,
  );
  server.maxHeadersCount = limits.headerCount;
  const underWay = new Set<ServerResponse>();
  server.on('request', (_request, response) => {
    underWay.add(response);
    response.once('close', () => underWay.delete(response));
  });
  server.on('clientError', (error, socket) => {
    // Bytes written now would land in the middle of the answer to the request before.
    if ([...underWay].some((response) => response.socket === socket)) socket.destroy();
    else answerClientError(name, error, socket);
  });
  return {
    server,
    closeConnections() {
      for (const response of underWay) if (!response.headersSent) response.setHeader('Connection', 'close');
    },
  };
}

/** Answers what Express gives back without having looked at it: a request target that is no URL. */
export function refuseUnroutable(name: string, response: ServerResponse): void {
  const problem = requestProblems.malformed('the request target is not a valid URL');
  const body = JSON.stringify(toDocument(problem));
  const headers = { 'Content-Type': PROBLEM_CONTENT_TYPE, [SERVICE_HEADER]: name, Connection: 'close' };
  response.writeHead(problem.status, headers).end(body);
}

/** What never became a request is answered on the bare socket. */
function answerClientError(name: string, error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [statusLine, problem] = describeClientError(error);
  const body = JSON.stringify(toDocument(problem));
  const head = [
    `HTTP/1.1 ${statusLine}`,
    `Content-Type: ${PROBLEM_CONTENT_TYPE}`,
    `${SERVICE_HEADER}: ${name}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function describeClientError(error: NodeJS.ErrnoException): [statusLine: string, problem: Problem] {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return ['408 Request Timeout', requestProblems.timeout('the request did not arrive in time')];
  }
  if (error.code === 'HPE_HEADER_OVERFLOW') {
    const detail = `the header section is larger than ${limits.headerBytes} bytes`;
    return ['431 Request Header Fields Too Large', requestProblems.headersTooLarge(detail)];
  }
  return ['400 Bad Request', requestProblems.malformed('the request is not valid HTTP')];
}

/** Resolves with the port once the server listens. */
export async function listen(server: Server, { host, port }: { host: string; port: number }): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Stops accepting, lets the requests under way finish, and cuts those that are not over by the deadline. */
export async function close(server: Server, deadlineMs: number): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  // A connection that was busy when the server closed becomes idle later, and `close` would wait for it.
  const sweep = setInterval(() => {
    server.closeIdleConnections();
  }, SWEEP_INTERVAL_MS);
  const deadline = setTimeout(() => {
    server.closeAllConnections();
  }, deadlineMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(deadline);
}
