import type { catalogApi } from '@fairlead/catalog-api';
import type { Client } from '@fairlead/client';
import { Problem } from '@fairlead/problem';
import { accountNotFound, type usersApi } from '@fairlead/users-api';
import { ProviderUnavailableError, type ChargeStatus, type Provider } from '../provider/provider.ts';
import { LeaseLostError, backoffMs, type Leased, type RecoveryTimes } from '../recovery/lease.ts';
import type { Card } from './card.ts';
import type { PaymentEvents } from './payment-events.ts';
import { abandoned, accountSuspended, declined, outOfStock } from './payment-problems.ts';
import type { PaymentStore } from './payment-store.ts';
import { isFinal, type Failure, type FinalStatus, type Payment, type PaymentStatus } from './payment.ts';
import { commit, isProblem, reserve } from './reserve.ts';

export interface ProgressParts {
  payments: PaymentStore;
  provider: Provider;
  catalog: Pick<Client<typeof catalogApi>, 'reserveStock' | 'commitReservation'>;
  users: Pick<Client<typeof usersApi>, 'getAccount'>;
  events: PaymentEvents;
  recovery: RecoveryTimes;
}

/** How far a payment came: to its end, or to where something interrupted it. */
export interface Progress {
  payment: Payment;
  interruption?: unknown;
}

/**
 * Takes a payment as far as it goes. Requests, their repetitions, webhooks and the reconciler all do this and nothing else;
 * only requests have the card.
 */
export type Advance = (work: Leased<Payment>, card?: Card) => Promise<Progress>;

interface Step {
  work: Leased<Payment>;
  payment: Payment;
  card: Card | undefined;
}

type Steps = Record<Exclude<PaymentStatus, FinalStatus>, (step: Step) => Promise<Payment>>;

const ABANDONED: Failure = { code: abandoned.code, detail: 'the purchase was interrupted and given up' };

/** Makes {@link Advance}. What it throws is nobody's outage: a suspended account, or a fault of its own. */
export function createAdvance(parts: ProgressParts): Advance {
  const steps = createSteps(parts);
  return async (work, card) => {
    let payment = work.row;
    try {
      while (!isFinal(payment.status)) {
        payment = await steps[payment.status]({ work: { ...work, row: payment }, payment, card });
      }
    } catch (error) {
      return interrupt(parts, { ...work, row: payment }, error);
    }
    parts.events.ended(payment);
    return { payment };
  };
}

function createSteps({ payments, provider, catalog, users }: ProgressParts): Steps {
  return {
    async created({ work, payment, card }) {
      if (!card) return fail(payments, work, ABANDONED);
      await checkAccount(users, payment);
      const quote = await reserve(catalog, payment);
      if ('failure' in quote) return fail(payments, work, quote.failure);
      return payments.price(work, quote.lines, quote.total);
    },
    async authorising({ work, payment, card }) {
      const charge = await findCharge(provider, payment, card);
      if (charge === undefined) return payments.move(work, 'voiding', ABANDONED);
      if (charge.status === 'voided') return fail(payments, work, ABANDONED);
      if (charge.status !== 'declined') return payments.move(work, 'authorised');
      return payments.end(work, { status: 'declined', failure: decline(charge.declineReason) });
    },
    /** The products must be the customer's before the money is the shop's: money can be set free, sold products cannot. */
    async authorised({ work, payment }) {
      if (await commit(catalog, payment)) return payments.move(work, 'capturing');
      const detail = 'the products were held for too long, and may be sold by now';
      return payments.move(work, 'voiding', { code: outOfStock.code, detail });
    },
    async capturing({ work, payment }) {
      const status = await provider.capture(payment.id);
      if (status === 'captured') return payments.end(work, { status: 'captured' });
      if (status === 'authorised') throw undecided('captured');
      return fail(payments, work, decline(`the authorisation ended as ${status}`));
    },
    async voiding({ work, payment }) {
      const status = await provider.void(payment.id);
      if (status === 'captured') throw new Error('a charge was captured that nobody here asked to capture');
      if (status === 'authorised') throw undecided('voided');
      return fail(payments, work, payment.failure ?? ABANDONED);
    },
  };
}

/** The money is still set aside, and can be taken as long as it is: nothing has ended yet. */
const undecided = (wanted: ChargeStatus) =>
  new ProviderUnavailableError(`the provider left a charge authorised that was to be ${wanted}`);

const decline = (reason = 'no reason given'): Failure => ({
  code: declined.code,
  detail: `the card was declined: ${reason}`,
});

const fail = (payments: PaymentStore, work: Leased<Payment>, failure: Failure) =>
  payments.end(work, { status: 'failed', failure });

async function checkAccount(users: ProgressParts['users'], { customerId }: Payment): Promise<void> {
  try {
    const { body } = await users.getAccount({ params: { id: customerId } });
    if (body.status === 'active') return;
  } catch (error) {
    if (!isProblem(error, accountNotFound)) throw error;
  }
  throw accountSuspended('the account may not buy');
}

/** Without the card, the provider can only be asked what became of an earlier authorisation. */
const findCharge = (provider: Provider, { id, total }: Payment, card: Card | undefined) =>
  card && total ? provider.authorise(id, total, card) : provider.find(id);

/** Leaves the payment to whoever goes on with it, and says whether that is all there is to say. */
async function interrupt(parts: ProgressParts, work: Leased<Payment>, error: unknown): Promise<Progress> {
  const { payments, events, recovery } = parts;
  const payment = work.row;
  if (isProblem(error, accountSuspended)) {
    await payments.discard(work);
    throw error;
  }
  if (error instanceof LeaseLostError)
    return { payment: (await payments.find(payment.id)) ?? payment, interruption: error };
  const isPrepared = payment.status !== 'created';
  // Before that, whoever asked is answered with a problem, which is logged there.
  if (isPrepared && isOutage(error)) events.interrupted(payment, error);
  await payments.release(work, isPrepared ? backoffMs(payment.attempts) : recovery.abandonMs);
  if (isOutage(error)) return { payment, interruption: error };
  throw error;
}

/** Whether something that is not ours did not answer, so that the same may succeed later. */
export const isOutage = (error: unknown): boolean =>
  error instanceof ProviderUnavailableError || (error instanceof Problem && error.kind === 'unavailable');
