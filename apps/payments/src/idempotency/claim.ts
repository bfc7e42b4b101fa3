import type { Answer } from './answer.ts';
import { inProgress, keyReused } from './idempotency-key.ts';
import type { Leased } from '../recovery/lease.ts';

/** What a key is used for, as a caller sends it. */
export interface KeyUse {
  callerId: string;
  key: string;
  /** Of the request under every key that it may have been made with; the first is the one to keep. */
  fingerprints: readonly [string, ...string[]];
}

/** What became of a key: work to do on its behalf, or the answer that it had. */
export type Claim<Row> = { work: Leased<Row> } | { id: string; answer: Answer };

interface KeyRow {
  id: string;
  fingerprint: string;
  answer_status: number | null;
  answer_body: unknown;
}

/**
 * Decides about a key that was used before.
 * @throws {Problem} `payments/idempotency-key-reused` or `payments/in-progress`
 */
export async function resumeClaim<Row>(
  found: KeyRow,
  { fingerprints }: KeyUse,
  take: (id: string) => Promise<Leased<Row> | undefined>,
): Promise<Claim<Row>> {
  if (!fingerprints.includes(found.fingerprint)) {
    throw keyReused('the Idempotency-Key was sent before with another body; use a new key for a new request');
  }
  if (found.answer_status !== null) {
    return { id: found.id, answer: { status: found.answer_status, body: found.answer_body as object } };
  }
  const work = await take(found.id);
  if (work) return { work };
  throw inProgress('the request with this Idempotency-Key is still being worked on', {
    headers: { 'Retry-After': '1' },
  });
}
