export type { CallOptions, Client } from './client.ts';
export { Connections } from './connections.ts';
export { createCalls, type Calls, type CallsOptions } from './create-calls.ts';
export { createClient, type ClientOptions } from './create-client.ts';
export type { ClientEvent } from './events.ts';
export { callProblems } from './problems.ts';
