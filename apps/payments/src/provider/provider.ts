import type { Money } from '../money/money.ts';
import type { Card } from '../payment/card.ts';

/** What the provider says of a charge. */
export type ChargeStatus = 'authorised' | 'declined' | 'captured' | 'voided';

export interface Charge {
  status: ChargeStatus;
  declineReason?: string | undefined;
}

/**
 * Whoever takes the money. Charges and refunds have ids of ours, so that each call can be made again without doing more, and
 * every method throws {@link ProviderUnavailableError} where it is not known what came of it.
 */
export interface Provider {
  /** Sets money of the card aside; a charge that exists already is left as it is. */
  authorise(id: string, money: Money, card: Card): Promise<Charge>;
  find(id: string): Promise<Charge | undefined>;
  /** Takes the money that was set aside, unless the charge is over. */
  capture(id: string): Promise<ChargeStatus>;
  /** Sets the money free, unless it was taken. A charge that the provider never saw cannot be authorised any more. */
  void(id: string): Promise<ChargeStatus>;
  refund(id: string, refundId: string, money: Money): Promise<'refunded' | 'refused'>;
}

/** Thrown where the provider did not answer, or not with an answer: the call took effect, or it did not. */
export class ProviderUnavailableError extends Error {
  override readonly name = 'ProviderUnavailableError';
}

/** An account with the provider, as the secret holds it. */
export interface ProviderAccount {
  url: string;
  apiKey: string;
  webhookKey: string;
}
