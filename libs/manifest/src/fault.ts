import type { z } from 'zod';

/** Something wrong in a declaration or a setting: where it stands, what it says, and what would be allowed. */
export interface Fault {
  /** The file, relative to the workspace. */
  file: string;
  /** The field, dotted: `scaling.max`. */
  field: string;
  value: unknown;
  /** What is wrong, with the values that are allowed. */
  message: string;
}

/** Thrown with every fault of all the declarations, so that they are mended in one go. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(faults.map(describeFault).join('\n'));
    this.faults = faults;
  }
}

function describeFault({ file, field, value, message }: Fault): string {
  const given = value === undefined ? '' : ` (given: ${JSON.stringify(value)})`;
  return `${file}: ${field}: ${message}${given}`;
}

/** Turns what a schema found into faults of a file. */
export function faultsOf(error: z.ZodError, file: string, given: unknown): Fault[] {
  return error.issues.map((issue) => {
    if (issue.code === 'unrecognized_keys') {
      const field = [...issue.path, issue.keys.join(', ')].join('.');
      return { file, field, value: undefined, message: 'is not a field; remove it or correct its name' };
    }
    return {
      file,
      field: issue.path.join('.') || 'default export',
      value: valueAt(given, issue.path),
      message: issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message,
    };
  });
}

function valueAt(given: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    given,
  );
}
