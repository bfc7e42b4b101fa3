import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { TestCard } from './cards.ts';
import type { ProviderEvent } from './charge.ts';
import type { Log } from './log.ts';

const ATTEMPTS = 12;
const ATTEMPT_TIMEOUT_MS = 5000;
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 30_000;
const COPIES_OF_REPEATED = 3;

export interface WebhookOptions {
  url: string;
  key: string;
  log: Log;
  /** Told when an event was taken, or given up. */
  onSettled: (eventId: string) => void;
  /** Of the first wait between two attempts; each is twice the one before. @default 250 */
  firstDelayMs?: number;
}

/** Delivers events, each on its own, so that they can arrive in any order. Disposing of it gives up until the next start. */
export class Webhooks implements AsyncDisposable {
  readonly #options: WebhookOptions;
  readonly #stopping = new AbortController();
  readonly #underWay = new Set<Promise<void>>();

  constructor(options: WebhookOptions) {
    this.#options = options;
  }

  send(event: ProviderEvent, webhook?: TestCard['webhook']): void {
    const delivery = this.#deliver(event, webhook).finally(() => this.#underWay.delete(delivery));
    this.#underWay.add(delivery);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#underWay);
  }

  async #deliver(event: ProviderEvent, webhook: TestCard['webhook']): Promise<void> {
    if (webhook === 'forged-first') await this.#forge(event.chargeId);
    const copies = webhook === 'repeated' ? COPIES_OF_REPEATED : 1;
    await Promise.all(Array.from({ length: copies }, () => this.#deliverCopy(event)));
    if (!this.#stopping.signal.aborted) this.#options.onSettled(event.id);
  }

  async #deliverCopy(event: ProviderEvent): Promise<void> {
    const { log, key, firstDelayMs = FIRST_DELAY_MS } = this.#options;
    const { signal } = this.#stopping;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const outcome = await this.#post(event, key);
      if (outcome === 'taken' || signal.aborted) return;
      log('warn', 'webhook not taken', { type: event.type, eventId: event.id, attempt, outcome });
      const wait = Math.min(firstDelayMs * 2 ** (attempt - 1), LONGEST_DELAY_MS);
      await delay(wait, undefined, { signal }).catch(() => undefined);
    }
  }

  /** A lie about a charge, signed with a key that is not the provider's. */
  async #forge(chargeId: string): Promise<void> {
    const lie = { id: randomUUID(), type: 'charge.declined', createdAt: new Date().toISOString(), chargeId } as const;
    const outcome = await this.#post(lie, randomBytes(32).toString('hex'));
    this.#options.log('info', 'forged webhook sent', { eventId: lie.id, outcome });
  }

  async #post(event: ProviderEvent, key: string): Promise<string> {
    const body = JSON.stringify(event);
    try {
      const response = await fetch(this.#options.url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Provider-Signature': sign(body, key) },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(ATTEMPT_TIMEOUT_MS)]),
      });
      await response.body?.cancel();
      return response.ok ? 'taken' : `status ${response.status}`;
    } catch (error) {
      return error instanceof Error && error.name === 'TimeoutError' ? 'timed out' : 'not reached';
    }
  }
}

/** The signature of a body at this moment: `t=<unix seconds>,v1=<HMAC-SHA-256 of "t.body" in hexadecimal>`. */
export function sign(body: string, key: string, seconds = Math.floor(Date.now() / 1000)): string {
  const digest = createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${digest}`;
}
