import { PROBLEM_KINDS, requestProblems, type ProblemFactory } from '@fairlead/problem';
import { z } from 'zod';
import type { Contract, ResponseContract, RouteContract } from './contract.ts';

type Json = Record<string, unknown>;

export interface OpenApiDocument {
  openapi: '3.1.0';
  info: { title: string; description: string; version: string };
  paths: Record<string, Record<string, OpenApiOperation>>;
  components: { schemas: Record<string, Json>; securitySchemes: Record<string, Json> };
}

export interface OpenApiOperation {
  operationId: string;
  summary: string;
  parameters?: { name: string; in: string; required: boolean; schema: Json }[];
  requestBody?: { required: true; content: Record<string, { schema: Json }> };
  responses: Record<string, { description: string; headers?: Json; content?: Record<string, { schema: Json }> }>;
  /** None for what needs no token. */
  security: Record<string, string[]>[];
  'x-audience': string;
}

const PROBLEM_SCHEMA: Json = {
  type: 'object',
  description: 'RFC 9457',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string' },
    detail: { type: 'string' },
    requestId: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['in', 'field', 'message'],
        properties: { in: { type: 'string' }, field: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
};

const SECURITY_SCHEMES: Record<string, Json> = {
  accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'What users gives at sign-in.' },
  serviceToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'What a service signs its calls with.',
  },
};

/** Describes a contract as an OpenAPI 3.1 document. */
export function toOpenApi(contract: Contract): OpenApiDocument {
  const paths: OpenApiDocument['paths'] = {};
  for (const [name, route] of Object.entries(contract.routes)) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: toOperation(name, route) };
  }
  const { title, description, version } = contract;
  return {
    openapi: '3.1.0',
    info: { title, description, version },
    paths,
    components: { schemas: { Problem: PROBLEM_SCHEMA }, securitySchemes: SECURITY_SCHEMES },
  };
}

function toOperation(name: string, route: RouteContract): OpenApiOperation {
  const parameters = [
    ...toParameters('path', route.params),
    ...toParameters('query', route.query),
    ...toParameters('header', route.headers),
  ];
  return {
    operationId: name,
    summary: route.summary,
    ...(parameters.length > 0 && { parameters }),
    ...(route.body && { requestBody: toRequestBody(route.body, route.mediaTypes ?? ['application/json']) }),
    responses: { ...toResponses(route.responses), ...toProblemResponses(problemsOf(route)) },
    security: isOpen(route) ? [] : [{ [route.audience === 'service' ? 'serviceToken' : 'accessToken']: [] }],
    'x-audience': route.audience,
  };
}

function toParameters(place: string, schema: z.ZodType | undefined): NonNullable<OpenApiOperation['parameters']> {
  if (!schema) return [];
  const { properties = {}, required = [] } = toSchema(schema, 'input') as { properties?: Json; required?: string[] };
  return Object.entries(properties).map(([name, property]) => {
    return { name, in: place, required: place === 'path' || required.includes(name), schema: property as Json };
  });
}

function toRequestBody(schema: z.ZodType, mediaTypes: readonly string[]): NonNullable<OpenApiOperation['requestBody']> {
  const content = Object.fromEntries(mediaTypes.map((mediaType) => [mediaType, { schema: toSchema(schema, 'input') }]));
  return { required: true, content };
}

function toResponses(responses: Readonly<Record<number, ResponseContract>>): OpenApiOperation['responses'] {
  const entries = Object.entries(responses).map(([status, { description, body, headers }]) => [
    status,
    {
      description,
      ...(headers && { headers: toHeaders(headers) }),
      ...(body && { content: { 'application/json': { schema: toSchema(body, 'output') } } }),
    },
  ]);
  return Object.fromEntries(entries) as OpenApiOperation['responses'];
}

const toHeaders = (headers: Readonly<Record<string, string>>): Json =>
  Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );

/** The problems that a route can answer: its own, and those that its parts bring with them. */
export function problemsOf(route: RouteContract): ProblemFactory[] {
  const parsesInput = route.params ?? route.query ?? route.headers ?? route.body;
  const { unauthenticated, unverifiable, forbidden, invalid, malformed, tooLarge, unsupportedMediaType, internal } =
    requestProblems;
  return [
    ...(isOpen(route) ? [] : [unauthenticated, unverifiable]),
    ...(route.audience === 'admin' ? [forbidden] : []),
    ...(parsesInput ? [invalid] : []),
    ...(route.body ? [malformed, tooLarge, unsupportedMediaType] : []),
    ...(route.problems ?? []),
    internal,
  ];
}

/** Whether the route itself, and not a token, decides about its callers. */
const isOpen = ({ audience }: RouteContract) => audience === 'anyone' || audience === 'signer';

function toProblemResponses(problems: readonly ProblemFactory[]): OpenApiOperation['responses'] {
  const byStatus = Map.groupBy(problems, ({ kind }) => PROBLEM_KINDS[kind].status);
  const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      String(status),
      { description: group.map(({ code, meaning }) => `\`${code}\`: ${meaning}`).join('\n\n'), content },
    ]),
  );
}

function toSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, override: writeNumberInText });
  return rest;
}

/** A number in a query arrives as text; readers of the document want to know the number, which stands in the metadata. */
function writeNumberInText({
  zodSchema,
  jsonSchema,
}: {
  zodSchema: z.core.$ZodType;
  jsonSchema: z.core.JSONSchema.BaseSchema;
}) {
  const metadata = z.globalRegistry.get(zodSchema);
  if (metadata?.type !== 'integer') return;
  delete jsonSchema.pattern;
  Object.assign(jsonSchema, metadata);
}
