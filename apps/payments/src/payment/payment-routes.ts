import { createRouter, toPage, type Authorize, type Handlers, type Reply, type UserCaller } from '@fairlead/contracts';
import type { Router } from 'express';
import { toReply } from '../idempotency/answer.ts';
import type { Fingerprints } from '../idempotency/request-fingerprints.ts';
import type { RefundStore } from '../refund/refund-store.ts';
import { summarizeCard } from './card.ts';
import { toFinalAnswer } from './payment-answer.ts';
import { paymentRoutes } from './payment-contract.ts';
import { dependencyUnavailable, paymentNotFound } from './payment-problems.ts';
import type { Advance, Progress } from './payment-progress.ts';
import type { PaymentStore } from './payment-store.ts';
import { isFinal, toPaymentDocument, type Payment } from './payment.ts';

export interface PaymentRoutesOptions {
  payments: PaymentStore;
  refunds: RefundStore;
  fingerprints: Fingerprints;
  advance: Advance;
  authorize: Authorize;
}

const api = { routes: paymentRoutes };

export const createPaymentRoutes = (options: PaymentRoutesOptions): Router =>
  createRouter(api, createHandlers(options), options);

function createHandlers({ payments, refunds, fingerprints, advance }: PaymentRoutesOptions): Handlers<typeof api> {
  return {
    async createPayment({ headers, body, caller }) {
      const card = body.card.reveal();
      const use = { callerId: caller.userId, key: headers['idempotency-key'], fingerprints: await fingerprints(body) };
      const claim = await payments.claim(use, { items: body.items, card: summarizeCard(card) });
      if ('answer' in claim) return toReply(claim.answer, pathOf(claim)) as CreateReply;
      return answer(await advance(claim.work, card));
    },
    async getPayment({ params: { id }, caller }) {
      const payment = await payments.find(id);
      if (!payment || !maySee(caller, payment)) throw paymentNotFound(`no payment has the id ${id}`);
      return { status: 200, body: toPaymentDocument(payment, await refunds.list([id])) };
    },
    async listPayments({ query: { cursor, limit }, caller }) {
      const found = await payments.list({ customerId: caller.userId, before: cursor, limit: limit + 1 });
      const { items, nextCursor } = toPage(found, limit);
      const byPayment = Map.groupBy(await refunds.list(items.map(({ id }) => id)), ({ paymentId }) => paymentId);
      const documents = items.map((payment) => toPaymentDocument(payment, byPayment.get(payment.id) ?? []));
      return { status: 200, body: { items: documents, nextCursor } };
    },
  };
}

type CreateReply = Reply<typeof paymentRoutes.createPayment>;

function answer({ payment, interruption }: Progress): CreateReply {
  if (isFinal(payment.status)) return toReply(toFinalAnswer(payment), pathOf(payment)) as CreateReply;
  if (payment.status !== 'created') {
    return { status: 202, body: toPaymentDocument(payment, []), headers: { Location: pathOf(payment) } };
  }
  throw dependencyUnavailable('nothing was charged; send the same again, with the same key', {
    cause: interruption,
    headers: { 'Retry-After': '1' },
  });
}

const pathOf = ({ id }: { id: string }) => `/payments/${id}`;

const maySee = ({ userId, role }: UserCaller, { customerId }: Payment) => role === 'admin' || customerId === userId;
