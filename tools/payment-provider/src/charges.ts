import { randomUUID } from 'node:crypto';
import { NOT_A_TEST_CARD, findCardByName, findCardByNumber, type TestCard } from './cards.ts';
import {
  Refusal,
  type Charge,
  type ChargeRequest,
  type ProviderEvent,
  type Refund,
  type RefundRequest,
} from './charge.ts';
import type { Journal, JournalRecord } from './journal.ts';

interface Entry {
  charge: Charge;
  card: TestCard | undefined;
  refunds: Map<string, Refund>;
}

/** What a request came to. */
export interface Outcome<Result> {
  result: Result;
  /** Whether this request took effect; otherwise an earlier one had. */
  tookEffect: boolean;
  card: TestCard | undefined;
}

/** The currency of a charge that was voided before anybody asked for it: "no currency" in ISO 4217. */
const NO_CURRENCY = 'XXX';

/** Every charge, as the journal tells it. Each operation is recorded before it is answered. */
export class Charges {
  readonly #journal: Journal;
  readonly #entries = new Map<string, Entry>();
  readonly #pending = new Map<string, ProviderEvent>();
  #tell: (event: ProviderEvent) => void = () => undefined;

  constructor(journal: Journal) {
    this.#journal = journal;
    for (const record of journal.records) this.#apply(record);
  }

  /** Tells of every event once it is recorded, beginning with those that an earlier process had not delivered. */
  onEvent(listener: (event: ProviderEvent) => void): void {
    this.#tell = listener;
    for (const event of this.#pending.values()) listener(event);
  }

  authorise(chargeId: string, { amount, currency, card: given }: ChargeRequest): Outcome<Charge> {
    const known = this.#entries.get(chargeId);
    if (known) return { result: keepTerms(known, { amount, currency }), tookEffect: false, card: known.card };
    const card = findCardByNumber(given.number);
    const declineReason = card ? card.declineReason : NOT_A_TEST_CARD;
    const terms = { at: now(), chargeId, amount, currency, last4: given.number.slice(-4), card: card?.name };
    const entry = this.#record(
      declineReason === undefined
        ? { type: 'authorised', ...terms }
        : { type: 'declined', eventId: randomUUID(), ...terms, declineReason },
    );
    return { result: entry.charge, tookEffect: true, card };
  }

  capture(chargeId: string): Outcome<Charge> {
    const { charge, card } = this.#get(chargeId);
    if (charge.status === 'captured') return { result: charge, tookEffect: false, card };
    if (charge.status !== 'authorised') {
      throw new Refusal(409, charge.status, `the charge is ${charge.status}; only an authorised one can be captured`);
    }
    this.#record({ type: 'captured', at: now(), eventId: randomUUID(), chargeId });
    return { result: charge, tookEffect: true, card };
  }

  /** Voids a charge, also one that has not come yet: whoever gave up on an answer can rule out that it takes effect later. */
  void(chargeId: string): Charge {
    const known = this.#entries.get(chargeId)?.charge;
    if (known?.status === 'captured') throw new Refusal(409, 'captured', 'the charge is captured; refund it');
    if (known && known.status !== 'authorised') return known;
    return this.#record({ type: 'voided', at: now(), chargeId }).charge;
  }

  refund(chargeId: string, refundId: string, { amount }: RefundRequest): Refund {
    const { charge, refunds } = this.#get(chargeId);
    const known = refunds.get(refundId);
    if (known && known.amount !== amount) throw new Refusal(409, 'conflict', `the refund is over ${known.amount}`);
    if (known) return known;
    const left = charge.capturedAmount - charge.refundedAmount;
    if (amount > left) throw new Refusal(409, 'exceeds-captured', `${left} of the charge can be refunded`);
    this.#record({ type: 'refunded', at: now(), eventId: randomUUID(), chargeId, refundId, amount });
    return this.getRefund(chargeId, refundId);
  }

  getCharge(chargeId: string): Charge {
    return this.#get(chargeId).charge;
  }

  getRefund(chargeId: string, refundId: string): Refund {
    const refund = this.#get(chargeId).refunds.get(refundId);
    if (refund) return refund;
    throw new Refusal(404, 'not-found', 'the charge has no such refund');
  }

  list(): Charge[] {
    return [...this.#entries.values()].map(({ charge }) => charge);
  }

  /** The test card that a charge was made with. */
  findCard(chargeId: string): TestCard | undefined {
    return this.#entries.get(chargeId)?.card;
  }

  /** An event needs no more deliveries: it was taken, or given up. */
  settle(eventId: string): void {
    this.#journal.append({ type: 'delivered', at: now(), eventId });
    this.#pending.delete(eventId);
  }

  #get(chargeId: string): Entry {
    const entry = this.#entries.get(chargeId);
    if (entry) return entry;
    throw new Refusal(404, 'not-found', 'there is no such charge');
  }

  #record(record: Exclude<JournalRecord, { type: 'delivered' }>): Entry {
    this.#journal.append(record);
    const event = this.#apply(record);
    if (event) this.#tell(event);
    return this.#get(record.chargeId);
  }

  #apply(record: JournalRecord): ProviderEvent | undefined {
    if (record.type === 'delivered') {
      this.#pending.delete(record.eventId);
      return undefined;
    }
    const entry = this.#entries.get(record.chargeId) ?? createEntry(record);
    this.#entries.set(record.chargeId, entry);
    change(entry, record);
    const event = toEvent(record);
    if (event) this.#pending.set(event.id, event);
    return event;
  }
}

const now = () => new Date().toISOString();

function keepTerms({ charge }: Entry, given: Pick<Charge, 'amount' | 'currency'>): Charge {
  const isSame = charge.amount === given.amount && charge.currency === given.currency;
  const hasTerms = charge.currency !== NO_CURRENCY;
  if (hasTerms && !isSame) throw new Refusal(409, 'conflict', 'a charge with this id has another amount or currency');
  return charge;
}

function createEntry(record: Exclude<JournalRecord, { type: 'delivered' }>): Entry {
  const terms =
    record.type === 'authorised' || record.type === 'declined' ? record : { amount: 0, currency: NO_CURRENCY };
  const charge: Charge = {
    id: record.chargeId,
    status: 'authorised',
    amount: terms.amount,
    currency: terms.currency,
    capturedAmount: 0,
    refundedAmount: 0,
  };
  return { charge, card: 'card' in terms ? findCardByName(terms.card) : undefined, refunds: new Map() };
}

function change({ charge, refunds }: Entry, record: Exclude<JournalRecord, { type: 'delivered' }>): void {
  if (record.type === 'refunded') {
    charge.refundedAmount += record.amount;
    refunds.set(record.refundId, { id: record.refundId, amount: record.amount, status: 'refunded' });
    return;
  }
  charge.status = record.type;
  if (record.type === 'captured') charge.capturedAmount = charge.amount;
  if (record.type === 'declined') charge.declineReason = record.declineReason;
}

function toEvent(record: JournalRecord): ProviderEvent | undefined {
  if (!('eventId' in record) || record.type === 'delivered') return undefined;
  return { id: record.eventId, type: `charge.${record.type}`, createdAt: record.at, chargeId: record.chargeId };
}
