import fc from 'fast-check';
import { Agent } from 'node:http';
import type { Contract } from '../src/contract.ts';
import { toOpenApi } from '../src/open-api.ts';
import { listAccess, type AccessCase, type Visitor } from './list-access.ts';
import { validRequests } from './mutate-requests.ts';
import { sendRequest } from './send-request.ts';

export interface AccessOptions {
  /** Where the service listens. */
  port: number;
  /** What makes a request one of each visitor. */
  visitors: Record<Visitor, Record<string, string>>;
  /** For routes of audience `owner`: the path parameters that name something of `customer`. */
  owned?: Record<string, string>;
}

const TIMEOUT_MS = 5000;

/**
 * Sends a valid request of every kind of caller to every route of a contract.
 * @returns in words, each that was not answered as the audience of the route says
 */
export async function checkAccess(contract: Contract, options: AccessOptions): Promise<string[]> {
  const faults: string[] = [];
  for (const access of listAccess(contract)) {
    const fault = await findFault(contract, access, options);
    if (fault !== undefined) faults.push(`${access.visitor} at ${access.route} (for ${access.audience}): ${fault}`);
  }
  return faults;
}

async function findFault(
  contract: Contract,
  { route, audience, visitor, expected }: AccessCase,
  { port, visitors, owned = {} }: AccessOptions,
): Promise<string | undefined> {
  const path = audience === 'owner' ? owned : {};
  const [request] = fc.sample(validRequests(toOpenApi(contract), route, path), { numRuns: 1, seed: 7 });
  if (!request) throw new Error(`no request could be made for ${route}`);
  const headers = { ...request.headers, ...visitors[visitor] };
  const { status, body } = await sendRequest(
    { ...request, headers },
    { port, agent: new Agent(), timeoutMs: TIMEOUT_MS },
  );
  if (expected !== 'allowed') return status === expected ? undefined : `${status}, not ${expected}`;
  const isRefused = [401, 403].includes(status) && !isOfRoute(contract, route, body);
  const isHidden = audience === 'owner' && status === 404;
  return isRefused || isHidden || status >= 500 ? `${status}, though it is allowed` : undefined;
}

/** A route may itself answer with 401 or 403, to a wrong password for example. */
function isOfRoute({ routes }: Contract, route: string, body: string): boolean {
  const { code } = JSON.parse(body) as { code?: string };
  return routes[route]?.problems?.some((problem) => problem.code === code) ?? false;
}
