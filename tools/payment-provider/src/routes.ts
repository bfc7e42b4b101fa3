import type { z } from 'zod';
import type { Disturbance } from './cards.ts';
import { Refusal, chargeRequest, refundRequest } from './charge.ts';
import type { Charges } from './charges.ts';

export interface Answer {
  body: object;
  disturbance?: Disturbance | undefined;
}

/** One route: its handler gets the ids in the path, and the body before it is checked. */
interface Route {
  method: 'GET' | 'PUT' | 'POST';
  path: RegExp;
  handle: (charges: Charges, ids: { chargeId: string; refundId: string }, body: unknown) => Answer;
}

const CHARGE = '/v1/charges/(?<chargeId>[\\w-]{1,64})';
const REFUND = `${CHARGE}/refunds/(?<refundId>[\\w-]{1,64})`;

const at = (path: string) => new RegExp(`^${path}$`);

const routes: readonly Route[] = [
  { method: 'GET', path: at('/v1/charges'), handle: (charges) => ({ body: { charges: charges.list() } }) },
  {
    method: 'PUT',
    path: at(CHARGE),
    handle(charges, { chargeId }, body) {
      const { result, tookEffect, card } = charges.authorise(chargeId, parse(chargeRequest, body));
      return { body: result, disturbance: tookEffect ? card?.authorisation : undefined };
    },
  },
  {
    method: 'GET',
    path: at(CHARGE),
    handle: (charges, { chargeId }) => ({ body: charges.getCharge(chargeId) }),
  },
  {
    method: 'POST',
    path: at(`${CHARGE}/capture`),
    handle(charges, { chargeId }) {
      const { result, tookEffect, card } = charges.capture(chargeId);
      return { body: result, disturbance: tookEffect ? card?.capture : undefined };
    },
  },
  {
    method: 'POST',
    path: at(`${CHARGE}/void`),
    handle: (charges, { chargeId }) => ({ body: charges.void(chargeId) }),
  },
  {
    method: 'PUT',
    path: at(REFUND),
    handle: (charges, { chargeId, refundId }, body) => ({
      body: charges.refund(chargeId, refundId, parse(refundRequest, body)),
    }),
  },
  {
    method: 'GET',
    path: at(REFUND),
    handle: (charges, { chargeId, refundId }) => ({ body: charges.getRefund(chargeId, refundId) }),
  },
];

/** Does what a request asks for. @throws {Refusal} with the status and the code of the answer */
export function answer(charges: Charges, request: { method: string | undefined; path: string; body: unknown }): Answer {
  for (const { method, path, handle } of routes) {
    const groups = method === request.method ? path.exec(request.path) : null;
    if (groups) return handle(charges, { chargeId: '', refundId: '', ...groups.groups }, request.body);
  }
  throw new Refusal(404, 'not-found', 'there is no such route');
}

function parse<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Refusal(400, 'invalid', faults.join('; '));
}
