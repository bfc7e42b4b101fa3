import type { IncomingMessage } from 'node:http';
import { frontEndError } from './aws-error.ts';

/** The whole body of a request. @throws {AwsError} where it is longer than the limit. */
export async function readBody(req: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  // The loop ends before the body does: destroying the request with it would lose the answer.
  for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw frontEndError('RequestEntityTooLargeException', tooLong(maxBytes), 413);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLong(maxBytes: number): string {
  return `The request body is longer than the ${maxBytes} bytes that are allowed.`;
}
