import { toProblemAnswer, type Answer } from '../idempotency/answer.ts';
import { findFailure } from './payment-problems.ts';
import { toPaymentDocument, type Payment } from './payment.ts';

/** What the request that made a payment is answered once it is over, and what its key answers from then on. */
export function toFinalAnswer(payment: Payment): Answer {
  const { failure } = payment;
  if (!failure) return { status: 201, body: toPaymentDocument(payment, []) };
  const problem = findFailure(failure.code);
  if (!problem) throw new Error(`no payment can fail with ${failure.code}`);
  return toProblemAnswer(problem, failure.detail);
}
