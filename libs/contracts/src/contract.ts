import type { ProblemFactory } from '@fairlead/problem';
import type { z } from 'zod';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** Who may call a route. Every route says so; what it means is decided by the `authorize` of the service. */
export type Audience = 'anyone' | 'customer' | 'admin' | 'service';

type ObjectSchema = z.ZodType<object>;

/** What one status of a route answers. */
export interface ResponseContract {
  description: string;
  /** Absent: no body. Fields that it does not name are never sent. */
  body?: z.ZodType;
  headers?: Readonly<Record<string, string>>;
}

/** One route, stated as data. Schemas refuse what they do not name: write them with `z.strictObject`. */
export interface RouteContract {
  method: Method;
  /** Express path with `:name` parameters. */
  path: string;
  summary: string;
  audience: Audience;
  params?: ObjectSchema;
  query?: ObjectSchema;
  /** Request header fields that the handler reads, in lower case; others are let through unread. */
  headers?: ObjectSchema;
  body?: z.ZodType;
  /** Media types of the body. @default ['application/json'] */
  mediaTypes?: readonly string[];
  responses: Readonly<Record<number, ResponseContract>>;
  /** The expected errors of its own, beside those that any request can meet. */
  problems?: readonly ProblemFactory[];
}

/** The API of a service. */
export interface Contract<Routes extends Record<string, RouteContract> = Record<string, RouteContract>> {
  service: string;
  title: string;
  description: string;
  version: string;
  routes: Routes;
}

/** States the API of a service once; router, validation and OpenAPI document are made from it. */
export const defineContract = <const Routes extends Record<string, RouteContract>>(
  contract: Contract<Routes>,
): Contract<Routes> => contract;

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** What a handler is given: every part of the request that its route names, parsed. */
export interface RouteInput<Route extends RouteContract> {
  params: Parsed<Route['params']>;
  query: Parsed<Route['query']>;
  headers: Parsed<Route['headers']>;
  body: Parsed<Route['body']>;
}

/** What a handler answers: one of the statuses of its route, with the body of that status. */
export type Reply<Route extends RouteContract> = {
  [Status in keyof Route['responses'] & number]: {
    status: Status;
    headers?: Readonly<Record<string, string>>;
  } & (Route['responses'][Status] extends { body: infer Body extends z.ZodType }
    ? { body: z.input<Body> }
    : { body?: never });
}[keyof Route['responses'] & number];

export type Handler<Route extends RouteContract> = (input: RouteInput<Route>) => Promise<Reply<Route>>;

/** One handler for every route of a contract. */
export type Handlers<Api extends Contract> = { [Name in keyof Api['routes']]: Handler<Api['routes'][Name]> };
