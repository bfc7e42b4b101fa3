import { requestProblems } from '@fairlead/problem';
import type { IncomingMessage } from 'node:http';

export interface BodyOptions {
  mediaTypes: readonly string[];
  limitBytes: number;
}

export interface JsonBody {
  bytes: Buffer;
  value: unknown;
}

/**
 * Reads a JSON body.
 * @throws {Problem} for another media type, more than `limitBytes`, text that is not JSON in UTF-8, or a `__proto__` key.
 */
export async function readJsonBody(
  request: IncomingMessage,
  { mediaTypes, limitBytes }: BodyOptions,
): Promise<JsonBody> {
  checkMediaType(request, mediaTypes);
  const bytes = await readBytes(request, limitBytes);
  return { bytes, value: parseJson(bytes) };
}

function checkMediaType({ headers }: IncomingMessage, mediaTypes: readonly string[]): void {
  const given = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const encoding = headers['content-encoding'] ?? 'identity';
  if (mediaTypes.includes(given) && encoding === 'identity') return;
  const fault =
    encoding === 'identity'
      ? `the media type ${given === '' ? 'is missing' : `"${given}" is not taken`}`
      : `the content encoding "${encoding}" is not taken`;
  throw requestProblems.unsupportedMediaType(`${fault}; send ${mediaTypes.join(' or ')} without a content encoding`, {
    headers: { Accept: mediaTypes.join(', ') },
  });
}

async function readBytes(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const tooLarge = (headers = {}) =>
    requestProblems.tooLarge(`the body is larger than ${limitBytes} bytes`, { headers });
  if (Number(request.headers['content-length'] ?? 0) > MAX_DISCARDED_BYTES) throw tooLarge(CLOSE);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limitBytes) chunks.push(chunk);
      if (length <= MAX_DISCARDED_BYTES) return;
      request.pause();
      reject(tooLarge(CLOSE));
    });
    request.on('end', () => {
      if (length > limitBytes) reject(tooLarge());
      else resolve(Buffer.concat(chunks));
    });
    request.on('error', (cause) => {
      reject(requestProblems.malformed('the body ended early', { cause }));
    });
  });
}

/**
 * Of a body that is too large, so much is read and thrown away: closing a connection with unread bytes resets it, and the
 * answer can be lost on the way. What is larger still closes the connection.
 */
const MAX_DISCARDED_BYTES = 2 * 1024 * 1024;

const CLOSE = { Connection: 'close' };

function parseJson(bytes: Buffer): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return JSON.parse(text, refusePrototypeKey);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw requestProblems.malformed(`the body is not valid JSON: ${reason}`, { cause });
  }
}

/** A `__proto__` key is harmless in what `JSON.parse` returns, but not in what a careless merge makes of it. */
function refusePrototypeKey(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('the key "__proto__" is not allowed');
  return value;
}
