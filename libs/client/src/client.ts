import type { Contract, Reply, RouteContract } from '@fairlead/contracts';
import type { z } from 'zod';

type Given<Schema> = Schema extends z.ZodType ? z.input<Schema> : never;

type Part = 'params' | 'query' | 'headers' | 'body';

/** What a call is made with: the parts that its route names, as they are before they are parsed. */
type CallInput<Route extends RouteContract> = {
  [Name in Part as Route[Name] extends z.ZodType ? Name : never]: Given<Route[Name]>;
};

export interface CallOptions {
  /** Ends the call early, beside the request on whose behalf it is made. */
  signal?: AbortSignal;
  /** The longest that the whole call may take: never more than `times.client.callTimeoutSeconds` or than its request has left. */
  timeoutMs?: number;
}

/**
 * One typed function for every route of a contract. A problem that the route declares is thrown as that {@link Problem};
 * everything else that goes wrong is one of {@link callProblems}.
 */
export type Client<Api extends Contract> = {
  [Name in keyof Api['routes']]: (
    input: CallInput<Api['routes'][Name]>,
    options?: CallOptions,
  ) => Promise<Reply<Api['routes'][Name]>>;
};
