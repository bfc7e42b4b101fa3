import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/**
 * Parses a value that may have more fields than the schema names, which refuses them: a callee that is newer than its caller
 * may say more. They are removed from the value, at every depth, and the rest is parsed strictly.
 */
export function parseLeniently<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): z.ZodSafeParseResult<z.output<Schema>> {
  let result = schema.safeParse(value);
  while (!result.success) {
    const unknown = result.error.issues.map(findUnknownFields);
    if (unknown.some((fields) => fields === undefined)) return result;
    const removed = unknown.flat().filter((path) => path && remove(value, path));
    if (removed.length === 0) return result;
    result = schema.safeParse(value);
  }
  return result;
}

/** The paths of the fields that an issue is about, where nothing else is wrong. */
function findUnknownFields(issue: Issue): PropertyKey[][] | undefined {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [...issue.path, key]);
  if (issue.code !== 'invalid_union') return undefined;
  for (const option of issue.errors) {
    const fields = option.map(findUnknownFields);
    if (fields.length > 0 && fields.every((paths) => paths !== undefined)) {
      return fields.flat().map((path) => [...issue.path, ...path]);
    }
  }
  return undefined;
}

function remove(value: unknown, path: readonly PropertyKey[]): boolean {
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((inside, key) => (inside as Record<PropertyKey, unknown>)[key], value);
  return Reflect.deleteProperty(parent as object, path.at(-1) ?? '');
}
