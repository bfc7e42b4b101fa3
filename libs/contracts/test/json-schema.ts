import fc from 'fast-check';

/** As much of JSON Schema as contracts become. */
export interface JsonSchema {
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
}

/** Values that a schema allows. */
export function arbitraryOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(arbitraryOf));
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type) => arbitraryOf({ ...schema, type })));
  const arbitrary = ARBITRARIES[schema.type ?? 'object'];
  if (!arbitrary) throw new Error(`no values are known for the schema ${JSON.stringify(schema)}`);
  return arbitrary(schema);
}

const ARBITRARIES: Record<string, (schema: JsonSchema) => fc.Arbitrary<unknown>> = {
  null: () => fc.constant(null),
  boolean: () => fc.boolean(),
  integer: ({ minimum = -1000, maximum = 1000 }) =>
    fc.integer({ min: minimum, max: Math.min(maximum, minimum + 2000) }),
  number: ({ minimum = -1000, maximum = 1000 }) => fc.double({ min: minimum, max: maximum, noNaN: true }),
  string: arbitraryText,
  array: ({ items = {}, minItems = 0, maxItems = 5 }) =>
    fc.array(arbitraryOf(items), { minLength: minItems, maxLength: Math.max(minItems, Math.min(maxItems, 4)) }),
  object: ({ properties = {}, required = [] }) =>
    fc.record(Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, arbitraryOf(value)])), {
      requiredKeys: required,
    }),
};

const FORMATS: Record<string, fc.Arbitrary<string>> = {
  uuid: fc.uuid(),
  email: fc.emailAddress({ size: 'small' }),
  uri: fc.webUrl({ validSchemes: ['https'] }),
  'date-time': fc
    .date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
    .map((date) => date.toISOString()),
};

function arbitraryText({ format, pattern, minLength = 0, maxLength = Infinity }: JsonSchema): fc.Arbitrary<string> {
  const known = format === undefined ? undefined : FORMATS[format];
  if (known) return known;
  if (pattern !== undefined) {
    return fc.stringMatching(new RegExp(pattern)).filter(({ length }) => length >= minLength && length <= maxLength);
  }
  const unit = fc.constantFrom('a', 'b', 'Z', '0', '9', '-', 'é', '€', '漢', '🙂');
  return fc.string({ unit, minLength, maxLength: Math.max(minLength, Math.min(maxLength, 40)) });
}

/** Values that a schema refuses, made from one that it allows: each breaks exactly one of its rules. */
export function violationsOf(schema: JsonSchema, value: unknown): unknown[] {
  if (schema.anyOf || Array.isArray(schema.type)) return [{ not: 'one of them' }];
  return [...wrongTypes(schema, value), ...(VIOLATIONS[schema.type ?? 'object']?.(schema, value) ?? [])];
}

function wrongTypes({ type = 'object', enum: allowed, const: constant }: JsonSchema, value: unknown): unknown[] {
  const others = [null, true, 'text', 7, [], {}].filter((other) => typeOf(other) !== type);
  const isListed = allowed ?? (constant === undefined ? undefined : [constant]);
  return [...others, ...(isListed ? [`${String(value)}x`] : []), ...(type === 'integer' ? [0.5] : [])];
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'number' ? 'integer' : typeof value;
}

const VIOLATIONS: Record<string, (schema: JsonSchema, value: unknown) => unknown[]> = {
  integer: ({ minimum, maximum }) => [
    ...(minimum === undefined ? [] : [minimum - 1, -Number.MAX_SAFE_INTEGER]),
    ...(maximum === undefined ? [] : [maximum + 1, Number.MAX_SAFE_INTEGER, 1e300]),
  ],
  string: ({ minLength = 0, maxLength, pattern, format }) => [
    ...(minLength > 0 ? ['', 'a'.repeat(minLength - 1)] : []),
    ...(maxLength === undefined ? [] : ['a'.repeat(maxLength + 1), 'é'.repeat(maxLength + 50)]),
    ...(pattern === undefined && format === undefined ? [] : ['', ' ', '\u0000', '../../etc/passwd', "' OR 1=1 --"]),
  ],
  array: ({ items = {}, minItems = 0, maxItems }, value) => [
    ...(minItems > 0 ? [[]] : []),
    ...(maxItems === undefined ? [] : [Array.from({ length: maxItems + 1 }, () => (value as unknown[])[0] ?? null)]),
    ...(value as unknown[]).slice(0, 1).flatMap((first) => violationsOf(items, first).map((wrong) => [wrong])),
  ],
  object: violationsOfObject,
};

function violationsOfObject(
  { properties = {}, required = [], additionalProperties }: JsonSchema,
  value: unknown,
): unknown[] {
  const given = value as Record<string, unknown>;
  const without = (name: string) => Object.fromEntries(Object.entries(given).filter(([key]) => key !== name));
  const inside = Object.keys(given).flatMap((name) =>
    violationsOf(properties[name] ?? {}, given[name]).map((wrong) => ({ ...given, [name]: wrong })),
  );
  const unknown =
    additionalProperties === false
      ? [
          { ...given, admin: true },
          { ...given, constructor: {} },
        ]
      : [];
  return [...required.map(without), ...unknown, ...inside];
}
