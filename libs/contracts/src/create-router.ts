import { limits } from '@fairlead/manifest/times';
import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { Audience, Contract, Handlers, RouteContract, RouteInput } from './contract.ts';
import { parseRequest } from './parse-request.ts';
import { refuseMethod } from './refuse-method.ts';
import { readJsonBody } from './read-body.ts';
import { createSerializer, type Serializer } from './serializer.ts';

export interface RouterOptions {
  /** Lets a request through to a route of this audience, or throws the problem that says why not. */
  authorize: (audience: Audience, request: Request) => void | Promise<void>;
}

interface AnyReply {
  status: number;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
}
type AnyHandler = (input: RouteInput<RouteContract>) => Promise<AnyReply>;

/** Makes the Express router of a contract: every route authorized, parsed, handled and serialized; other methods refused. */
export function createRouter<Api extends Contract>(
  contract: Api,
  handlers: Handlers<Api>,
  options: RouterOptions,
): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const routes = Object.entries(contract.routes);
  for (const [name, route] of routes) {
    router[route.method](route.path, createHandler(route, Reflect.get(handlers, name) as AnyHandler, options));
  }
  for (const [path, methods] of methodsByPath(routes)) router.all(path, refuseMethod(methods));
  return router;
}

function createHandler(route: RouteContract, handle: AnyHandler, { authorize }: RouterOptions): RequestHandler {
  const serializers = createSerializers(route);
  const bodyOptions = { mediaTypes: route.mediaTypes ?? ['application/json'], limitBytes: limits.bodyBytes };
  return async (request, response) => {
    await authorize(route.audience, request);
    const body = route.body && (await readJsonBody(request, bodyOptions));
    const reply = await handle(parseRequest(route, request, body));
    send(response, reply, serializers.get(reply.status));
  };
}

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
