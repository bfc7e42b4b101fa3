import { request as sendRequest, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import type { Target } from './target.ts';

/** Fields that concern one connection only (RFC 9110, section 7.6.1). */
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'];

/** Fields that a caller cannot declare to concern its connection only: they say where a request ends and whom it is for. */
const END_TO_END = ['content-length', 'host'];

export interface Destination {
  target: Target;
  /** What `X-Amzn-Trace-Id` says to the target. */
  trace: string;
}

/** Sends a request on to a target and its answer back, and answers for a target that does not. */
export function forward(request: IncomingMessage, response: ServerResponse, { target, trace }: Destination): void {
  target.outstanding += 1;
  response.once('close', () => {
    target.outstanding -= 1;
  });

  const upstream = sendRequest({
    ...target.address,
    agent: target.agent,
    method: request.method,
    path: request.url,
    headers: toTargetHeaders(request, trace),
  });
  upstream.on('timeout', () => upstream.destroy(new TargetTimeout()));
  upstream.on('error', (error) => {
    answerFailure(response, error);
  });
  upstream.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, withoutHopByHop(answer.headers));
    // Where the answer breaks off, so does what the caller gets.
    pipeline(answer, response, () => undefined);
  });
  // A caller that goes away takes its request to the target with it.
  response.once('close', () => {
    if (!response.writableFinished) upstream.destroy();
  });
  request.pipe(upstream);
  // What is left of a body that the target does not read is in the way of the caller's next request.
  upstream.once('close', () => request.resume());
}

class TargetTimeout extends Error {}

function answerFailure(response: ServerResponse, error: Error): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  answer(response, error instanceof TargetTimeout ? '504 Gateway Time-out' : '502 Bad Gateway');
}

/** Answers as the load balancer itself does: a page of HTML that says no more than the status. */
export function answer(response: ServerResponse, status: `${number} ${string}`): void {
  const page = `<html>\r\n<head><title>${status}</title></head>\r\n<body>\r\n<center><h1>${status}</h1></center>\r\n</body>\r\n</html>\r\n`;
  response.writeHead(parseInt(status, 10), { 'Content-Type': 'text/html', 'Content-Length': page.length }).end(page);
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html */
function toTargetHeaders(request: IncomingMessage, trace: string): OutgoingHttpHeaders {
  const client = request.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
  const forwardedFor = request.headers['x-forwarded-for'];
  const isChunked = request.headers['transfer-encoding'] !== undefined;
  return {
    ...withoutHopByHop(request.headers),
    // Without it Node.js sends the body of a GET or DELETE as it is, and the target takes it for another request.
    ...(isChunked && { 'transfer-encoding': 'chunked' }),
    'x-forwarded-for': forwardedFor === undefined ? client : `${String(forwardedFor)}, ${client}`,
    'x-forwarded-proto': 'http',
    'x-forwarded-port': String(request.socket.localPort),
    'x-amzn-trace-id': trace,
  };
}

function withoutHopByHop(headers: IncomingMessage['headers']): OutgoingHttpHeaders {
  const named = headers.connection?.split(',').map((name) => name.trim().toLowerCase()) ?? [];
  const removed = new Set([...HOP_BY_HOP, ...named]).difference(new Set(END_TO_END));
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !removed.has(name)));
}
