import { z } from 'zod';

/** A whole number in a query string, from `min` to `max`. */
export function integerParameter({ min, max, default: fallback }: { min: number; max: number; default: number }) {
  const allowed = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, allowed)
    .transform(Number)
    .refine((value) => value >= min && value <= max, allowed)
    .default(fallback)
    .meta({ type: 'integer', minimum: min, maximum: max, default: fallback });
}
