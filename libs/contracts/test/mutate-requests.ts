import fc from 'fast-check';
import type { OpenApiDocument, OpenApiOperation } from '../src/open-api.ts';
import { arbitraryOf, violationsOf, type JsonSchema } from './json-schema.ts';
import type { WireRequest } from './send-request.ts';

/** A request that was valid until something was changed. */
export interface MutatedRequest {
  operation: string;
  audience: string;
  /** What was done to it, in words. */
  mutation: string;
  /** Whether a service that takes it has taken what its contract refuses. */
  invalid: boolean;
  request: WireRequest;
}

/** A request by its parts, before it is written down. */
interface Parts {
  path: Record<string, unknown>;
  query: Record<string, unknown>;
  header: Record<string, unknown>;
  body: unknown;
}

type Place = keyof Parts;

interface Described {
  method: string;
  template: string;
  operation: OpenApiOperation;
  schemas: Partial<Record<Place, JsonSchema>>;
  mediaType: string | undefined;
}

/** Valid requests to one operation of a document; `path` stands in for parameters that must name what there is. */
export function validRequests(
  document: OpenApiDocument,
  operationId: string,
  path: Record<string, string> = {},
): fc.Arbitrary<WireRequest> {
  const found = describeAll(document).find(({ operation }) => operation.operationId === operationId);
  if (!found) throw new Error(`the document has no operation ${operationId}`);
  return partsOf(found).map((parts) => write(found, { ...parts, path: { ...parts.path, ...path } }));
}

/** Mutations of valid requests to every operation of a document; draws from all of them evenly. */
export function mutateRequests(document: OpenApiDocument): fc.Arbitrary<MutatedRequest> {
  const operations = describeAll(document);
  return fc
    .constantFrom(...operations)
    .chain((described) => partsOf(described).chain((parts) => mutate(described, parts)));
}

const describeAll = (document: OpenApiDocument): Described[] =>
  Object.entries(document.paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, operation]) => describe(method, template, operation)),
  );

function describe(method: string, template: string, operation: OpenApiOperation): Described {
  const [mediaType, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  const schemas: Described['schemas'] = { ...(content && { body: content.schema }) };
  for (const place of ['path', 'query', 'header'] as const) {
    const parameters = (operation.parameters ?? []).filter((parameter) => parameter.in === place);
    if (parameters.length === 0) continue;
    schemas[place] = {
      type: 'object',
      properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, schema as JsonSchema])),
      required: parameters.filter(({ required }) => required).map(({ name }) => name),
      ...(place === 'query' && { additionalProperties: false }),
    };
  }
  return { method: method.toUpperCase(), template, operation, schemas, mediaType };
}

const partsOf = ({ schemas }: Described): fc.Arbitrary<Parts> =>
  fc.record({
    path: arbitraryOf(schemas.path ?? {}) as fc.Arbitrary<Record<string, unknown>>,
    query: arbitraryOf(schemas.query ?? {}) as fc.Arbitrary<Record<string, unknown>>,
    header: arbitraryOf(schemas.header ?? {}) as fc.Arbitrary<Record<string, unknown>>,
    body: schemas.body ? arbitraryOf(schemas.body) : fc.constant(undefined),
  });

function mutate(described: Described, parts: Parts): fc.Arbitrary<MutatedRequest> {
  const made = { operation: described.operation.operationId, audience: described.operation['x-audience'] };
  const broken = violations(described, parts).map(({ place, value }) => ({
    ...made,
    mutation: `${place} ${toText(value).slice(0, 200)}`,
    // What stands elsewhere arrives as text: what was to be a wrong type may be a right text there.
    invalid: place === 'body' || refusesTexts(described.schemas[place] ?? {}, value as Record<string, unknown>),
    request: write(described, { ...parts, [place]: value }),
  }));
  const valid = write(described, parts);
  const noisy = distort(valid).map(({ mutation, request }) => ({ ...made, mutation, invalid: false, request }));
  const all = [...broken, ...noisy];
  return all.length === 0
    ? fc.constant({ ...made, mutation: 'none', invalid: false, request: valid })
    : fc.constantFrom(...all);
}

function violations({ schemas }: Described, parts: Parts): { place: Place; value: unknown }[] {
  return (Object.keys(schemas) as Place[]).flatMap((place) =>
    violationsOf(schemas[place] ?? {}, parts[place])
      .filter((value) => place === 'body' || isRecord(value))
      .map((value) => ({ place, value })),
  );
}

const isRecord = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether parameters are refused as the texts that they become. */
function refusesTexts({ properties = {}, required = [] }: JsonSchema, given: Record<string, unknown>): boolean {
  if (required.some((name) => given[name] === undefined)) return true;
  return Object.entries(given).some(([name, value]) => {
    const schema = properties[name];
    return schema === undefined || refusesText(schema, toText(value));
  });
}

function refusesText({ type, pattern, minimum = -Infinity, maximum = Infinity }: JsonSchema, text: string): boolean {
  if (type === 'integer') return !/^\d+$/.test(text) || Number(text) < minimum || Number(text) > maximum;
  return type === 'string' && pattern !== undefined && !new RegExp(pattern).test(text);
}

function write({ method, template, mediaType }: Described, { path, query, header, body }: Parts): WireRequest {
  const pathname = template.replace(/\{(\w+)\}/g, (_match, name: string) => encodeURIComponent(toText(path[name])));
  const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, toText(value)])).toString();
  const headers = Object.entries(header).map(([name, value]) => [name, toText(value).replace(/[^\x20-\x7e]/g, '')]);
  return {
    method,
    path: search === '' ? pathname : `${pathname}?${search}`,
    headers: { ...Object.fromEntries(headers), ...(mediaType !== undefined && { 'Content-Type': mediaType }) },
    ...(mediaType !== undefined && { body: Buffer.from(JSON.stringify(body)) }),
  };
}

/** As it stands in a path, a query or a header; what is missing is empty there. */
function toText(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Noise on the wire that no schema speaks of. */
function distort(request: WireRequest): { mutation: string; request: WireRequest }[] {
  const { body } = request;
  const withBody = (mutation: string, changed: Buffer) => ({ mutation, request: { ...request, body: changed } });
  return [
    { mutation: 'a path that is not valid percent-encoding', request: { ...request, path: `${request.path}%E0%A4%A` } },
    { mutation: 'a query parameter twice', request: { ...request, path: `${request.path}?limit=1&limit=2` } },
    { mutation: 'a query of brackets', request: { ...request, path: `${request.path}?__proto__[x]=1&a[b][c]=2` } },
    ...(body
      ? [
          withBody('half a body', body.subarray(0, body.length / 2)),
          withBody('a body that is not UTF-8', Buffer.concat([body, Buffer.from([0xff, 0xfe])])),
          withBody('a body nested deeply', Buffer.from('['.repeat(20_000))),
          withBody('a body with half a surrogate pair', Buffer.from(body.toString().replace(/"[^"]*"$/, '"\\ud800"'))),
          withBody('a body with a __proto__ key', Buffer.from(`{"__proto__":{},${body.toString().slice(1)}`)),
          withBody('a large body', Buffer.alloc(120_000, 'a')),
          { mutation: 'another media type', request: { ...request, headers: { 'Content-Type': 'text/xml' } } },
        ]
      : []),
  ];
}
