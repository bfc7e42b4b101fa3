import { z } from 'zod';
import commonPasswords from './common-passwords.json' with { type: 'json' };

const MIN_LENGTH = 8;
const MAX_LENGTH = 128;

const COMMON: ReadonlySet<string> = new Set(commonPasswords);

/** Characters as a person counts them, and not the units of UTF-16. */
const lengthOf = (password: string) => Array.from(password).length;

const text = z
  .string()
  .max(2 * MAX_LENGTH, `must be at most ${MAX_LENGTH} characters`)
  .refine((password) => password.isWellFormed(), 'must not hold broken Unicode');

/** The same letter typed on another keyboard must be the same password: é is one code point here and two there. */
const normalize = (password: string) => password.normalize('NFC');

/** A password to sign in with. It may be one that could not be chosen any more. */
export const givenPassword = text.min(1, 'must not be empty').transform(normalize);

/** A password to be chosen: any characters, in any composition, but none that is tried first by whoever guesses. */
export const chosenPassword = text
  .refine((password) => lengthOf(password) >= MIN_LENGTH, `must be at least ${MIN_LENGTH} characters`)
  .refine((password) => lengthOf(password) <= MAX_LENGTH, `must be at most ${MAX_LENGTH} characters`)
  .refine((password) => !COMMON.has(password.toLowerCase()), 'must not be one of the most common passwords')
  .transform(normalize);
