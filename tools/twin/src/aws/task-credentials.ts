import { randomBytes, randomInt } from 'node:crypto';
import type { TaskDescription, TaskSource } from './task-description.ts';

/** The document that the SDK's container credentials provider reads. */
export interface CredentialsDocument {
  RoleArn: string;
  AccessKeyId: string;
  SecretAccessKey: string;
  Token: string;
  /** ISO 8601. */
  Expiration: string;
}

const LIFETIME_MS = 6 * 3_600_000;
const RENEWED_BEFORE_MS = 3_600_000;
const KEY_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Gives each task credentials of its own, renews them an hour before they expire, and knows whose a key is. */
export class TaskCredentials {
  readonly #tasks: TaskSource;
  readonly #now: () => number;
  readonly #current = new Map<string, CredentialsDocument>();
  readonly #owners = new Map<string, { taskId: string; expiresAt: number }>();

  constructor(tasks: TaskSource, now: () => number = Date.now) {
    this.#tasks = tasks;
    this.#now = now;
  }

  /** The credentials of a task; nothing where no task of that id runs or it has no role. */
  find(taskId: string): CredentialsDocument | undefined {
    const roleArn = this.#tasks.find(taskId)?.roleArn;
    this.#forgetExpired();
    if (roleArn === undefined) return undefined;
    const current = this.#current.get(taskId);
    const fresh = current && Date.parse(current.Expiration) - this.#now() > RENEWED_BEFORE_MS;
    if (fresh && current.RoleArn === roleArn) return current;
    const issued = issueCredentials(roleArn, this.#now());
    this.#current.set(taskId, issued);
    this.#owners.set(issued.AccessKeyId, { taskId, expiresAt: Date.parse(issued.Expiration) });
    return issued;
  }

  /** The task that an access key was given to, while it runs and the key is good. */
  findOwner(accessKeyId: string): TaskDescription | undefined {
    const owner = this.#owners.get(accessKeyId);
    if (!owner || owner.expiresAt <= this.#now()) return undefined;
    return this.#tasks.find(owner.taskId);
  }

  #forgetExpired(): void {
    for (const [accessKeyId, { taskId, expiresAt }] of this.#owners) {
      if (expiresAt > this.#now() && this.#tasks.find(taskId)) continue;
      this.#owners.delete(accessKeyId);
      if (this.#current.get(taskId)?.AccessKeyId === accessKeyId) this.#current.delete(taskId);
    }
  }
}

function issueCredentials(roleArn: string, now: number): CredentialsDocument {
  const keySuffix = Array.from({ length: 16 }, () => KEY_LETTERS.charAt(randomInt(KEY_LETTERS.length))).join('');
  return {
    RoleArn: roleArn,
    AccessKeyId: `ASIA${keySuffix}`,
    SecretAccessKey: randomBytes(30).toString('base64'),
    Token: randomBytes(256).toString('base64'),
    Expiration: new Date(now + LIFETIME_MS).toISOString(),
  };
}
