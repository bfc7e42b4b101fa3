import { z } from 'zod';
import { Secret } from './secret.ts';

/** One environment variable: how it is named, what it means, and what it may hold. */
export interface Setting<Value> {
  variable: string;
  description: string;
  /** What it may hold, for people. */
  allowed: string;
  /** The text that stands for an absent variable; without one, the variable is required. */
  default?: string;
  isSecret: boolean;
  schema: z.ZodType<Value, string>;
}

/** The settings of a process, by the name they have in its configuration. */
export type Settings = Record<string, Setting<unknown>>;

/** Any text but the empty one. */
export function text(variable: string, description: string, options: { default?: string } = {}): Setting<string> {
  return { variable, description, allowed: 'text', isSecret: false, schema: z.string(), ...options };
}

/** A whole number between two bounds, both included. */
export function integer(
  variable: string,
  description: string,
  { min, max, default: fallback }: { min: number; max: number; default?: number },
): Setting<number> {
  const allowed = `a whole number from ${min} to ${max}`;
  const schema = z
    .string()
    .regex(/^-?\d+$/, allowed)
    .transform(Number)
    .pipe(z.int(allowed).min(min, allowed).max(max, allowed));
  return { variable, description, allowed, isSecret: false, schema, ...textDefault(fallback) };
}

/** A yes or no, written `true` or `false`. */
export function flag(variable: string, description: string, options: { default?: boolean } = {}): Setting<boolean> {
  const allowed = 'true or false';
  const schema = z.stringbool({ truthy: ['true'], falsy: ['false'], error: allowed });
  return { variable, description, allowed, isSecret: false, schema, ...textDefault(options.default) };
}

/** One of a few words. */
export function oneOf<const Value extends string>(
  variable: string,
  description: string,
  { values, default: fallback }: { values: readonly [Value, ...Value[]]; default?: NoInfer<Value> },
): Setting<Value> {
  const allowed = values.join(', ');
  const schema = z.enum(values, allowed) as unknown as z.ZodType<Value, string>;
  return { variable, description, allowed, isSecret: false, schema, ...textDefault(fallback) };
}

/** Texts by name, written as a JSON object. */
export function textMap(variable: string, description: string): Setting<Readonly<Record<string, string>>> {
  const allowed = 'a JSON object of texts';
  const schema = z
    .string()
    .transform((value, context): unknown => {
      try {
        return JSON.parse(value);
      } catch {
        context.addIssue(allowed);
        return z.NEVER;
      }
    })
    .pipe(z.record(z.string(), z.string()));
  return { variable, description, allowed, isSecret: false, schema, default: '{}' };
}

/** Text that must never be printed. It has no default: a secret that is absent is a fault. */
export function secret(variable: string, description: string): Setting<Secret<string>> {
  const schema = z.string().transform((value) => new Secret(value));
  return { variable, description, allowed: 'text', isSecret: true, schema };
}

const textDefault = (value: string | number | boolean | undefined) =>
  value === undefined ? {} : { default: String(value) };
