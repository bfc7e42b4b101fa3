import { times } from '@fairlead/manifest/times';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { openConnection, toLogin } from './connection.ts';
import type { CredentialsVersion, RotatingCredentials } from './credentials.ts';
import { isLoginRefused } from './errors.ts';

/**
 * Keeps the options that new connections are made with on credentials that Postgres accepts. A rotation changes the secret
 * and the role one after the other: in between, the version that works is the pending or the previous one.
 */
export class AcceptedLogin {
  readonly #options: pg.ClientConfig;
  readonly #credentials: RotatingCredentials;
  #currentId: string | undefined;
  #search: Promise<void> | undefined;

  /** @param options changed in place, whenever the credentials change */
  constructor(options: pg.ClientConfig, credentials: RotatingCredentials) {
    this.#options = options;
    this.#credentials = credentials;
  }

  /** Follows the current version. Where another one was found to work, that one stays until the current one changes. */
  async follow(): Promise<void> {
    const current = await this.#credentials.current();
    if (current.id === this.#currentId) return;
    this.#currentId = current.id;
    Object.assign(this.#options, toLogin(current));
  }

  /**
   * Looks for a version that Postgres accepts, after it refused the one in use. Calls share one search, and give up waiting
   * for it after the time that a connection may take.
   * @throws the refusal where no version is accepted
   */
  async renew(refusal: unknown): Promise<void> {
    this.#search ??= this.#findAccepted(refusal).finally(() => {
      this.#search = undefined;
    });
    const waiting = new AbortController();
    try {
      await Promise.race([this.#search, rejectLate(refusal, waiting.signal)]);
    } finally {
      waiting.abort();
    }
  }

  async #findAccepted(refusal: unknown): Promise<void> {
    await this.#credentials.refresh();
    const { current, pending, previous } = await this.#credentials.versions();
    for (const version of [current, pending, previous]) {
      if (!version || !(await this.#isAccepted(version))) continue;
      this.#currentId = current.id;
      Object.assign(this.#options, toLogin(version));
      return;
    }
    throw refusal;
  }

  async #isAccepted(version: CredentialsVersion): Promise<boolean> {
    try {
      const client = await openConnection({ ...this.#options, ...toLogin(version) });
      await client.end();
      return true;
    } catch (error) {
      if (isLoginRefused(error)) return false;
      throw error;
    }
  }
}

async function rejectLate(refusal: unknown, signal: AbortSignal): Promise<never> {
  await delay(times.database.connectTimeoutMs, undefined, { signal });
  throw refusal;
}
