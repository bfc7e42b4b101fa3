import { closeSync, existsSync, mkdirSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

const at = z.iso.datetime();
const chargeId = z.string();
const eventId = z.uuid();

const recordSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('authorised'),
    at,
    chargeId,
    amount: z.int(),
    currency: z.string(),
    last4: z.string(),
    card: z.string().optional(),
  }),
  z.object({
    type: z.literal('declined'),
    at,
    eventId,
    chargeId,
    amount: z.int(),
    currency: z.string(),
    last4: z.string(),
    card: z.string().optional(),
    declineReason: z.string(),
  }),
  z.object({ type: z.literal('captured'), at, eventId, chargeId }),
  z.object({ type: z.literal('voided'), at, chargeId }),
  z.object({ type: z.literal('refunded'), at, eventId, chargeId, refundId: z.string(), amount: z.int() }),
  z.object({ type: z.literal('delivered'), at, eventId }),
]);

/** One thing that happened. Of the number of a card only its last four digits are kept, and the name of a test card. */
export type JournalRecord = z.output<typeof recordSchema>;

/** Everything that ever happened, one JSON object a line. */
export class Journal implements Disposable {
  /** What stood in the file when it was opened. */
  readonly records: readonly JournalRecord[];
  readonly #file: number;

  /** @throws where a line before the last is damaged: then money would be wrong */
  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.records = readRecords(path);
    this.#file = openSync(path, 'a', 0o600);
  }

  /** Survives the end of the process from the moment it returns. */
  append(record: JournalRecord): void {
    writeSync(this.#file, `${JSON.stringify(record)}\n`);
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}

function readRecords(path: string): JournalRecord[] {
  if (!existsSync(path)) return [];
  const bytes = readFileSync(path);
  // A process that was killed can leave half a line behind; the next one must not be appended to it.
  const whole = bytes.lastIndexOf(0x0a) + 1;
  if (whole < bytes.length) truncateSync(path, whole);
  const lines = bytes.toString('utf8', 0, whole).split('\n').filter(Boolean);
  return lines.map((line) => recordSchema.parse(JSON.parse(line)));
}
