import { createRouter, type Authorize, type Handlers, type Reply } from '@fairlead/contracts';
import type { Router } from 'express';
import { toReply } from '../idempotency/answer.ts';
import type { Fingerprints } from '../idempotency/request-fingerprints.ts';
import { toFinalRefundAnswer } from './refund-answer.ts';
import { refundRoutes } from './refund-contract.ts';
import type { AdvanceRefund } from './refund-progress.ts';
import type { RefundStore } from './refund-store.ts';
import { toRefundDocument } from './refund.ts';

export interface RefundRoutesOptions {
  refunds: RefundStore;
  fingerprints: Fingerprints;
  advanceRefund: AdvanceRefund;
  authorize: Authorize;
}

const api = { routes: refundRoutes };

export const createRefundRoutes = (options: RefundRoutesOptions): Router =>
  createRouter(api, createHandlers(options), options);

function createHandlers({ refunds, fingerprints, advanceRefund }: RefundRoutesOptions): Handlers<typeof api> {
  return {
    async createRefund({ params: { id: paymentId }, headers, body, caller }) {
      const location = `/payments/${paymentId}`;
      // A key is of the route and not of its path: used for another payment, it is used for something else.
      const request = { paymentId, ...body };
      const use = {
        callerId: caller.userId,
        key: headers['idempotency-key'],
        fingerprints: await fingerprints(request),
      };
      const claim = await refunds.claim(use, paymentId, body);
      if ('answer' in claim) return toReply(claim.answer, location) as CreateReply;
      const { refund } = await advanceRefund(claim.work);
      if (refund.status !== 'refunding') return toReply(toFinalRefundAnswer(refund), location) as CreateReply;
      return { status: 202, body: toRefundDocument(refund), headers: { Location: location } };
    },
  };
}

type CreateReply = Reply<typeof refundRoutes.createRefund>;
