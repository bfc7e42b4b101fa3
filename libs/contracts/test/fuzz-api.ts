import fc from 'fast-check';
import { Agent } from 'node:http';
import type { Audience, Contract } from '../src/contract.ts';
import { toOpenApi } from '../src/open-api.ts';
import { mutateRequests, type MutatedRequest } from './mutate-requests.ts';
import { sendRequest } from './send-request.ts';

export interface FuzzOptions {
  /** Where the service listens. */
  port: number;
  /** What makes a request one of the audience. */
  headersOf: (audience: Audience) => Record<string, string>;
  runs: number;
  /** The same seed gives the same requests. */
  seed: number;
}

const AT_ONCE = 16;
const HANGS_AFTER_MS = 5000;

/**
 * Sends mutations of valid requests to a service.
 * @returns in words, each that was answered with a 5xx, not at all, or as if nothing were wrong with it
 */
export async function fuzzApi(contract: Contract, { port, headersOf, runs, seed }: FuzzOptions): Promise<string[]> {
  const left = fc.sample(mutateRequests(toOpenApi(contract)), { numRuns: runs, seed });
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const faults: string[] = [];
  const work = async (): Promise<void> => {
    for (let next = left.pop(); next; next = left.pop()) {
      const headers = { ...headersOf(next.audience as Audience), ...next.request.headers };
      const fault = await findFault({ ...next, request: { ...next.request, headers } }, { port, agent });
      if (fault !== undefined) faults.push(`${next.operation} with ${next.mutation}: ${fault} (seed ${seed})`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  agent.destroy();
  return faults;
}

async function findFault(
  { request, invalid }: MutatedRequest,
  connection: { port: number; agent: Agent },
): Promise<string | undefined> {
  try {
    const { status, body } = await sendRequest(request, { ...connection, timeoutMs: HANGS_AFTER_MS });
    if (status >= 500) return `${status} ${body}`;
    return invalid && status < 400 ? `taken with ${status}` : undefined;
  } catch (error) {
    return `no answer: ${String(error)}`;
  }
}
