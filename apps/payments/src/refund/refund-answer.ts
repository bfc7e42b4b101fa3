import { toProblemAnswer, type Answer } from '../idempotency/answer.ts';
import { refundRefused } from './refund-problems.ts';
import { toRefundDocument, type Refund } from './refund.ts';

/** What the request that made a refund is answered once it is over, and what its key answers from then on. */
export const toFinalRefundAnswer = (refund: Refund): Answer =>
  refund.status === 'failed'
    ? toProblemAnswer(refundRefused, 'the provider refused the refund')
    : { status: 201, body: toRefundDocument(refund) };
