import { z } from 'zod';
import { chosenPassword, givenPassword } from '../password/password.ts';

const MAX_EMAIL_LENGTH = 254;

/** One form of each address, so that it has one account however it is typed. */
export const email = z
  .string()
  .trim()
  .toLowerCase()
  .max(MAX_EMAIL_LENGTH, `must be at most ${MAX_EMAIL_LENGTH} characters`)
  .regex(z.regexes.email, 'must be an email address');

const role = z.enum(['customer', 'admin']);
const status = z.enum(['active', 'suspended']);

/** An account as its owner and admins see it. */
export const user = z.strictObject({
  id: z.uuid(),
  email: z.string(),
  role,
  status,
  createdAt: z.iso.datetime(),
});

export const signUp = z.strictObject({ email, password: chosenPassword });

export const credentials = z.strictObject({ email, password: givenPassword });

export const passwordChange = z.strictObject({ currentPassword: givenPassword, newPassword: chosenPassword });

/** What an admin may change; fields that are absent stay as they are. */
export const userPatch = z
  .strictObject({ role: role.optional(), status: status.optional() })
  .refine((patch) => Object.keys(patch).length > 0, 'must name at least one field');

export type User = z.output<typeof user>;
export type UserPatch = z.output<typeof userPatch>;
export type Credentials = z.output<typeof credentials>;
export type PasswordChange = z.output<typeof passwordChange>;

/** What a password is compared with. */
export interface StoredPassword {
  accountId: string;
  hash: string;
  /** Another one, once the password is changed. */
  version: number;
}
