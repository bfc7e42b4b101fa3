import { randomUUID } from 'node:crypto';
import { createHashingQueue } from './hashing-queue.ts';
import { hasOtherCost, hashPassword, matchesHash, type HashCost } from './password-hash.ts';

export interface PasswordsConfig {
  passwordMemoryKiB: number;
  passwordPasses: number;
  passwordHashesAtOnce: number;
  passwordHashesWaiting: number;
}

/** Hashes passwords and compares them. All of it takes its turn in one queue. */
export interface Passwords {
  hash(password: string): Promise<string>;
  /** Whether the hash was made from this password. Without a hash it takes as long, and is never true. */
  matches(password: string, hash: string | undefined): Promise<boolean>;
  /** Whether the password should be hashed anew, because hashes cost more by now. */
  isOutdated(hash: string): boolean;
}

export async function createPasswords(config: PasswordsConfig): Promise<Passwords> {
  const cost: HashCost = { memoryKiB: config.passwordMemoryKiB, passes: config.passwordPasses };
  const inTurn = createHashingQueue({ atOnce: config.passwordHashesAtOnce, waiting: config.passwordHashesWaiting });
  // Nobody knows its password; it only makes an unknown account cost what a known one costs.
  const nobodys = await hashPassword(randomUUID(), cost);
  return {
    hash: (password) => inTurn(() => hashPassword(password, cost)),
    async matches(password, hash) {
      const matches = await inTurn(() => matchesHash(password, hash ?? nobodys));
      return matches && hash !== undefined;
    },
    isOutdated: (hash) => hasOtherCost(hash, cost),
  };
}
