import fastJsonStringify, { type Schema } from 'fast-json-stringify';
import { z } from 'zod';

export type Serializer = (value: unknown) => string;

/** Compiles a schema into a function that writes its JSON, and only the fields that it names. */
export function createSerializer(schema: z.ZodType): Serializer {
  const jsonSchema = z.toJSONSchema(schema, { target: 'draft-7', io: 'output', reused: 'inline' });
  return fastJsonStringify(jsonSchema as Schema);
}
