import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Disturbance } from './cards.ts';
import { Refusal } from './charge.ts';
import type { Charges } from './charges.ts';
import type { Log } from './log.ts';
import { answer, type Answer } from './routes.ts';

const BODY_BYTES = 16 * 1024;

/** How long an answer of each kind of disturbance takes; after `cut` and `withheld` none comes. */
const DISTURBANCE_MS: Record<Disturbance, number> = { late: 1500, cut: 0, withheld: 30_000 };

export interface ProviderOptions {
  charges: Charges;
  apiKey: string;
  log: Log;
  /** @default 1.5 seconds for a late answer, 30 for one that is withheld */
  disturbanceMs?: Record<Disturbance, number>;
}

/** The HTTP API of the provider; it does not listen yet. */
export function createProviderServer(options: ProviderOptions): Server {
  return createServer((request, response) => {
    void serve(request, response, options).catch((error: unknown) => {
      options.log('error', 'request failed', { error: String(error) });
      response.destroy();
    });
  });
}

async function serve(request: IncomingMessage, response: ServerResponse, options: ProviderOptions): Promise<void> {
  const { charges, apiKey, log, disturbanceMs = DISTURBANCE_MS } = options;
  const path = request.url?.replace(/\?.*$/s, '') ?? '';
  try {
    checkKey(request, apiKey);
    const body = await readBody(request);
    const { body: reply, disturbance } = answer(charges, { method: request.method, path, body });
    log('info', 'request', { method: request.method, path, status: 200, disturbance });
    await disturb(response, disturbance, disturbanceMs);
    send(response, 200, reply);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    log('info', 'request', { method: request.method, path, status: error.status, code: error.code });
    send(response, error.status, { code: error.code, message: error.message });
  }
}

async function disturb(
  response: ServerResponse,
  disturbance: Answer['disturbance'],
  durationMs: Record<Disturbance, number>,
): Promise<void> {
  if (!disturbance) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, durationMs[disturbance]);
    // Whoever waited has left, or the provider stops.
    response.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  if (disturbance !== 'late') response.destroy();
}

function send(response: ServerResponse, status: number, body: object): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

/** Compares digests, which are of one length, so that the time tells nothing of the key. */
function checkKey({ headers }: IncomingMessage, apiKey: string): void {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const given = headers.authorization ?? '';
  if (timingSafeEqual(digest(given), digest(`Bearer ${apiKey}`))) return;
  throw new Refusal(401, 'unauthenticated', 'send Authorization: Bearer <API key>');
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= BODY_BYTES) chunks.push(chunk);
  }
  if (length > BODY_BYTES) throw new Refusal(413, 'too-large', `the body is larger than ${BODY_BYTES} bytes`);
  if (length === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new Refusal(400, 'invalid', 'the body is not JSON');
  }
}
