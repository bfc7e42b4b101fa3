import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Finds the trace of a request in what the services have logged; nothing where no line has both. */
export async function findTraceOfRequest(folder: string, requestId: string): Promise<string | undefined> {
  const files = await readdir(folder).catch(() => []);
  for (const file of files) {
    const text = await readFile(join(folder, file), 'utf8');
    const line = text
      .split('\n')
      .find((one) => one.includes(`"requestId":"${requestId}"`) && one.includes('"traceId":"'));
    const traceId = /"traceId":"([0-9a-f]{8})([0-9a-f]{24})"/.exec(line ?? '');
    if (traceId) return `1-${traceId[1]}-${traceId[2]}`;
  }
  return undefined;
}
