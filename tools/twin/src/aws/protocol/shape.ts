import { frontEndError } from './aws-error.ts';

/** Where a reader stands in the input, and what it has found wrong so far. */
export interface Reading {
  path: string;
  faults: string[];
}

/** Reads one member of an operation's input: a wrong JSON type throws, a broken constraint is collected. */
export interface Shape<T> {
  read(value: unknown, reading: Reading): T;
}

/** What a structure with these members holds. */
export type Fields<M> = { [K in keyof M]: M[K] extends Shape<infer T> ? T : never };

interface TextLimits {
  min?: number;
  max?: number;
  pattern?: RegExp;
  /** A sensitive value never stands in a message. */
  sensitive?: boolean;
}

/** A string, its limits in characters. */
export function text(limits: TextLimits = {}): Shape<string> {
  return present('', (value, reading) => {
    if (typeof value !== 'string') throw wrongType(value, 'a String');
    const shown = limits.sensitive ? 'Value' : `Value '${value}'`;
    const refuse = (constraint: string): void => {
      reading.faults.push(`${shown} at '${reading.path}' failed to satisfy constraint: ${constraint}`);
    };
    const { min = 0, max = Infinity, pattern } = limits;
    if (value.length < min) refuse(`Member must have length greater than or equal to ${min}`);
    if (value.length > max) refuse(`Member must have length less than or equal to ${max}`);
    if (pattern && !pattern.test(value)) refuse(`Member must satisfy regular expression pattern: ${pattern.source}`);
    return value;
  });
}

/** One of the given strings. */
export function oneOf<const T extends string>(...allowed: [T, ...T[]]): Shape<T> {
  return present(allowed[0], (value, reading) => {
    if (typeof value !== 'string') throw wrongType(value, 'a String');
    const found = allowed.find((one) => one === value);
    if (found === undefined) refuseValue(reading, value, `satisfy enum value set: [${allowed.join(', ')}]`);
    return found ?? allowed[0];
  });
}

/** A whole number between two bounds, both allowed. */
export function integer(min: number, max: number): Shape<number> {
  return present(min, (value, reading) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(value, 'an Integer');
    if (value < min) refuseValue(reading, value, `have value greater than or equal to ${min}`);
    if (value > max) refuseValue(reading, value, `have value less than or equal to ${max}`);
    return value;
  });
}

/** A point in time, in seconds since 1970. */
export function instant(): Shape<number> {
  return present(0, (value) => {
    if (typeof value !== 'number') throw wrongType(value, 'a Timestamp');
    return value;
  });
}

/** True or false. */
export function flag(): Shape<boolean> {
  return present(false, (value) => {
    if (typeof value !== 'boolean') throw wrongType(value, 'a Boolean');
    return value;
  });
}

/** A list whose members all have one shape. */
export function list<T>(member: Shape<T>, limits: { min?: number; max?: number } = {}): Shape<T[]> {
  return present([], (value, reading) => {
    if (!Array.isArray(value)) throw wrongType(value, 'a List');
    const { min = 0, max = Infinity } = limits;
    if (value.length < min) refuseValue(reading, '[]', `have length greater than or equal to ${min}`);
    if (value.length > max) refuseValue(reading, '[...]', `have length less than or equal to ${max}`);
    return value.map((one, index) =>
      member.read(one, { path: `${reading.path}.${index + 1}.member`, faults: reading.faults }),
    );
  });
}

/** A map of strings to strings. */
export function textMap(): Shape<Record<string, string>> {
  return present({}, (value) => {
    const entries = Object.entries(objectOf(value)).filter(([, entry]) => entry !== null);
    for (const [, entry] of entries) if (typeof entry !== 'string') throw wrongType(entry, 'a String');
    return Object.fromEntries(entries) as Record<string, string>;
  });
}

/** An object with these members; it ignores those it does not know, as AWS does. */
export function structure<M extends Record<string, Shape<unknown>>>(members: M): Shape<Fields<M>> {
  return {
    read(value, reading) {
      const given = objectOf(value ?? {});
      const fields = Object.entries(members).map(([name, member]) => {
        const path = [reading.path, name.charAt(0).toLowerCase() + name.slice(1)].filter(Boolean).join('.');
        return [name, member.read(given[name], { path, faults: reading.faults })];
      });
      return Object.fromEntries(fields) as Fields<M>;
    },
  };
}

/** A member that may be absent; AWS reads `null` as absent too. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return { read: (value, reading) => (value === undefined || value === null ? undefined : shape.read(value, reading)) };
}

function present<T>(instead: T, read: (value: unknown, reading: Reading) => T): Shape<T> {
  return {
    read(value, reading) {
      if (value !== undefined && value !== null) return read(value, reading);
      reading.faults.push(`Value null at '${reading.path}' failed to satisfy constraint: Member must not be null`);
      return instead;
    },
  };
}

function refuseValue(reading: Reading, value: string | number, constraint: string): void {
  reading.faults.push(`Value '${value}' at '${reading.path}' failed to satisfy constraint: Member must ${constraint}`);
}

function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongType(value, 'a Structure');
  return value as Record<string, unknown>;
}

function wrongType(value: unknown, wanted: string): Error {
  const kind = Array.isArray(value) ? 'LIST' : (value === null ? 'null' : typeof value).toUpperCase();
  return frontEndError('SerializationException', `${kind}_VALUE can not be converted to ${wanted}`);
}
