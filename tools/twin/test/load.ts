import { Agent, request } from 'node:http';

export interface LoadResult {
  /** How many answers had each status; failures without an answer stand under their error code. */
  outcomes: Record<string, number>;
}

/** Sends requests over kept-alive connections, a fixed number at a time, until `total` are answered. */
export async function sendLoad(
  url: string,
  { total, connections }: { total: number; connections: number },
): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const outcomes: Record<string, number> = {};
  let sent = 0;
  const worker = async (): Promise<void> => {
    while (sent < total) {
      sent += 1;
      const outcome = await sendOne(url, agent);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  agent.destroy();
  return { outcomes };
}

function sendOne(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve) => {
    const sent = request(url, { agent }, (response) => {
      response.resume();
      response.on('end', () => {
        resolve(String(response.statusCode));
      });
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message);
    });
    sent.end();
  });
}
