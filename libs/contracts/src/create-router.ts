import { limits } from '@fairlead/manifest/times';
import { Router, type RequestHandler, type Response } from 'express';
import type { IncomingMessage } from 'node:http';
import {
  AUDIENCES,
  type Audience,
  type Caller,
  type Contract,
  type Handlers,
  type RouteContract,
  type RouteInput,
} from './contract.ts';
import { parseRequest } from './parse-request.ts';
import { refuseMethod } from './refuse-method.ts';
import { readJsonBody, type JsonBody } from './read-body.ts';
import { createSerializer, type Serializer } from './serializer.ts';

/** Finds out who calls a route of this audience, or throws the problem that says why the caller may not. */
export type Authorize = (audience: Audience, request: IncomingMessage) => Caller | Promise<Caller>;

export interface RouterOptions {
  authorize: Authorize;
}

interface AnyReply {
  status: number;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
}
type AnyHandler = (input: RouteInput<RouteContract>) => Promise<AnyReply>;

/**
 * Makes the Express router of a contract: every route authorized, parsed, handled and serialized; other methods refused.
 * @throws where a route does not say who may call it
 */
export function createRouter<Api extends Pick<Contract, 'routes'>>(
  contract: Api,
  handlers: Handlers<Api>,
  options: RouterOptions,
): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const routes = Object.entries(contract.routes);
  for (const [name, route] of routes) {
    checkAudience(name, route);
    router[route.method](
      route.path,
      createHandler(route, (handlers as Record<string, unknown>)[name] as AnyHandler, options),
    );
  }
  for (const [path, methods] of methodsByPath(routes)) router.all(path, refuseMethod(methods));
  return router;
}

/** Types promise it; a route made from data that somebody else wrote must not be open because of a slip. */
function checkAudience(name: string, { audience }: Partial<RouteContract>): void {
  if (audience !== undefined && Object.hasOwn(AUDIENCES, audience)) return;
  const allowed = Object.keys(AUDIENCES).join(', ');
  throw new Error(`the route ${name} must state its audience, one of ${allowed}, not ${String(audience)}`);
}

function createHandler(route: RouteContract, handle: AnyHandler, { authorize }: RouterOptions): RequestHandler {
  const serializers = createSerializers(route);
  const bodyOptions = { mediaTypes: route.mediaTypes ?? ['application/json'], limitBytes: limits.bodyBytes };
  return async (request, response) => {
    const caller = await authorize(route.audience, request);
    const body = route.body ? await readJsonBody(request, bodyOptions) : NO_BODY;
    const reply = await handle({
      ...parseRequest(route, request, body.value),
      rawBody: body.bytes,
      caller,
    });
    send(response, reply, serializers.get(reply.status));
  };
}

const NO_BODY: JsonBody = { bytes: Buffer.alloc(0), value: undefined };

function createSerializers({ responses }: RouteContract): Map<number, Serializer> {
  const withBody = Object.entries(responses).flatMap(([status, { body }]) =>
    body ? [[Number(status), body] as const] : [],
  );
  return new Map(withBody.map(([status, body]) => [status, createSerializer(body)]));
}

function send(response: Response, { status, body, headers }: AnyReply, serialize: Serializer | undefined): void {
  if (!serialize) {
    response.writeHead(status, headers).end();
    return;
  }
  const payload = Buffer.from(serialize(body));
  response
    .writeHead(status, {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': payload.length,
      ...headers,
    })
    .end(payload);
}

function methodsByPath(routes: [string, RouteContract][]): Map<string, string> {
  const paths = Map.groupBy(routes, ([, { path }]) => path);
  return new Map(
    [...paths].map(([path, entries]) => {
      const methods = entries.map(([, { method }]) => method.toUpperCase());
      return [path, [...(methods.includes('GET') ? ['HEAD'] : []), ...methods, 'OPTIONS'].join(', ')];
    }),
  );
}
