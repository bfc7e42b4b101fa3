import type { ProblemFactory } from '@fairlead/problem';
import type { z } from 'zod';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** Who may call a route. Every route says so, and what its handler is given as `caller` follows from it. */
export const AUDIENCES = {
  anyone: 'anyone',
  customer: 'whoever is signed in',
  owner: 'the customer whose it is, and admins; for others it does not exist',
  admin: 'admins',
  service: 'services that declare to call this one',
  signer: 'whoever signs the body with the right key',
} as const;

export type Audience = keyof typeof AUDIENCES;

export interface UserCaller {
  userId: string;
  role: 'customer' | 'admin';
}

export interface ServiceCaller {
  service: string;
}

/** What is known of the caller of a route, by its audience. The handler of a `signer` route verifies the signature itself. */
export interface Callers {
  anyone: undefined;
  customer: UserCaller;
  owner: UserCaller;
  admin: UserCaller;
  service: ServiceCaller;
  signer: undefined;
}

export type Caller = Callers[Audience];

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
  /** Whether a client may send it again without doing more. @default true for every method but post and patch */
  idempotent?: boolean;
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

/** What a handler is given: every part of the request that its route names, parsed, and who calls. */
export interface RouteInput<Route extends RouteContract> {
  params: Parsed<Route['params']>;
  query: Parsed<Route['query']>;
  headers: Parsed<Route['headers']>;
  body: Parsed<Route['body']>;
  /** The bytes of the body as they arrived, for what is signed; empty where the route has none. */
  rawBody: Buffer;
  caller: Callers[Route['audience']];
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
export type Handlers<Api extends Pick<Contract, 'routes'>> = {
  [Name in keyof Api['routes']]: Handler<Api['routes'][Name]>;
};
