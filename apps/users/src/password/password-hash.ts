import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const hash = promisify(argon2);

/** What makes a hash expensive, as ASVS 5 (appendix C) and OWASP's cheat sheet ask: 19 MiB and 2 passes, or more. */
export interface HashCost {
  memoryKiB: number;
  passes: number;
}

interface ParsedHash extends HashCost {
  salt: Buffer;
  tag: Buffer;
}

const SALT_BYTES = 16;
const TAG_BYTES = 32;

/** https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md */
const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** Hashes a password with a salt of its own, on a thread of libuv's pool, into a text that says how. */
export async function hashPassword(password: string, cost: HashCost): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const tag = await derive(password, { ...cost, salt, tag: Buffer.alloc(TAG_BYTES) });
  return `$argon2id$v=19$m=${cost.memoryKiB},t=${cost.passes},p=1$${encode(salt)}$${encode(tag)}`;
}

/** Whether a hash was made from this password. */
export async function matchesHash(password: string, text: string): Promise<boolean> {
  const parsed = parseHash(text);
  return timingSafeEqual(await derive(password, parsed), parsed.tag);
}

/** Whether a hash was made at another cost than hashes are made at now. */
export function hasOtherCost(text: string, { memoryKiB, passes }: HashCost): boolean {
  const parsed = parseHash(text);
  return parsed.memoryKiB !== memoryKiB || parsed.passes !== passes;
}

function derive(password: string, { memoryKiB, passes, salt, tag }: ParsedHash): Promise<Buffer> {
  return hash('argon2id', {
    message: Buffer.from(password, 'utf8'),
    nonce: salt,
    memory: memoryKiB,
    passes,
    parallelism: 1,
    tagLength: tag.length,
  });
}

function parseHash(text: string): ParsedHash {
  const [, memory, passes, salt = '', tag = ''] = PHC.exec(text) ?? [];
  if (memory === undefined) throw new Error('a stored password hash is not argon2id as it is written here');
  return {
    memoryKiB: Number(memory),
    passes: Number(passes),
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
}

/** The alphabet is that of base64, without padding. */
const encode = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
