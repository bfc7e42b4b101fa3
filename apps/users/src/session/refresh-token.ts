import { createHash, createHmac, randomBytes } from 'node:crypto';
import { z } from 'zod';

const BYTES = 32;

export const refreshToken = z.string().regex(/^[\w-]{43}$/, 'must be the refreshToken of another answer');

export const createRefreshToken = (): string => randomBytes(BYTES).toString('base64url');

/** What the database keeps of a token. It needs no salt: nobody guesses 256 random bits. */
export const hashRefreshToken = (token: string): Buffer => createHash('sha256').update(token).digest();

export const createSeed = (): Buffer => randomBytes(BYTES);

/** The token that replaces another one. Asked again with both it is the same; the database alone cannot make it. */
export const deriveSuccessor = (token: string, seed: Buffer): string =>
  createHmac('sha256', seed).update(token).digest('base64url');
