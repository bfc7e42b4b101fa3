import type { Contract } from '@fairlead/contracts';
import { createCallRoute, type AnyInput } from './call-route.ts';
import type { CallOptions, Client } from './client.ts';
import { makeCall, type CallTools } from './make-call.ts';
import { RetryBudget } from './retry-budget.ts';

export type ClientOptions = Omit<CallTools, 'budget'>;

/** Makes the client of a service from its contract. Each process needs one per callee: it holds the budget of retries. */
export function createClient<Api extends Contract>(api: Api, options: ClientOptions): Client<Api> {
  const tools = { ...options, budget: new RetryBudget() };
  const functions = Object.entries(api.routes).map(([name, contract]) => {
    const route = createCallRoute(api.service, name, contract);
    return [name, (input: AnyInput, callOptions?: CallOptions) => makeCall(tools, route, input, callOptions)];
  });
  return Object.fromEntries(functions) as Client<Api>;
}
