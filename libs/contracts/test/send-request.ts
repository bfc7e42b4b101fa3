import { request, type Agent } from 'node:http';

/** A request as it goes over the wire; the path is sent as it is. */
export interface WireRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: Buffer;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** Sends a request that `fetch` might refuse or mend. @throws where there is no answer within the time */
export function sendRequest(
  { method, path, headers, body }: WireRequest,
  { port, agent, timeoutMs }: { port: number; agent: Agent; timeoutMs: number },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = body ? { 'Content-Length': String(body.length) } : {};
    const signal = AbortSignal.timeout(timeoutMs);
    const req = request({ port, host: '127.0.0.1', agent, method, path, headers: { ...length, ...headers }, signal });
    req.on('error', reject);
    req.on('response', (res) => {
      const chunks: Buffer[] = [];
      res.on('error', reject);
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('end', () => {
        resolve({ status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(chunks).toString() });
      });
    });
    req.end(body);
  });
}
