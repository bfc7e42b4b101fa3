import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { listen } from '@fairlead/service/testing';

export interface TestCharge {
  id: string;
  status: 'authorised' | 'declined' | 'captured' | 'voided';
  amount: number;
  currency: string;
  declineReason?: string;
  capturedAmount: number;
  refundedAmount: number;
}

type Operation = 'authorise' | 'find' | 'capture' | 'void' | 'refund';

/**
 * What becomes of a call: it is lost on the way there, its answer on the way back, it is answered 500, never, or with the
 * charge as it was and stays.
 */
export type Fault = 'lost' | 'unanswered' | 'broken' | 'silent' | 'ignored';

export interface TestProvider {
  port: number;
  apiKey: string;
  charges: Map<string, TestCharge>;
  refunds: Map<string, number>;
  /** Every call, as it arrived. */
  calls: { operation: Operation; id: string }[];
  /** Decides about each call; set by a test. */
  faults: { find?: ((operation: Operation, id: string) => Fault | undefined) | undefined };
}

interface Reply {
  status: number;
  body: object;
}

const DECLINED = '4000000000000002';

/** A payment provider in memory, of whose faults the test decides. */
export async function startProvider(): Promise<TestProvider> {
  const provider: TestProvider = {
    port: 0,
    apiKey: 'test-api-key-0123456789',
    charges: new Map(),
    refunds: new Map(),
    calls: [],
    faults: {},
  };
  provider.port = await listen((request, response) => void handle(provider, request, response));
  return provider;
}

const ROUTE = /^\/v1\/charges\/(?<id>[\w-]+)(?:\/(?<action>capture|void|refunds\/(?<refundId>[\w-]+)))?$/;

async function handle(provider: TestProvider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = request.method === 'GET' ? {} : ((await json(request)) as Record<string, never>);
  const { id = '', action = '', refundId = '' } = ROUTE.exec(request.url ?? '')?.groups ?? {};
  const operation = operationOf(request.method ?? '', action);
  provider.calls.push({ operation, id });
  const fault = provider.faults.find?.(operation, id);
  if (fault === 'lost') return void response.destroy();
  if (fault === 'broken') return void response.writeHead(500).end('{}');
  const isKnown = request.headers.authorization === `Bearer ${provider.apiKey}`;
  const done = fault === 'ignored' ? 'find' : operation;
  const reply = isKnown
    ? run(provider, { operation: done, id, refundId }, body)
    : { status: 401, body: { code: 'key' } };
  if (fault === 'unanswered') return void response.destroy();
  if (fault === 'silent') return;
  response.writeHead(reply.status, { 'Content-Type': 'application/json' }).end(JSON.stringify(reply.body));
}

function operationOf(method: string, action: string): Operation {
  if (action.startsWith('refunds')) return 'refund';
  if (action === 'capture' || action === 'void') return action;
  return method === 'PUT' ? 'authorise' : 'find';
}

function run(
  { charges, refunds }: TestProvider,
  { operation, id, refundId }: { operation: Operation; id: string; refundId: string },
  body: { amount?: number; currency?: string; card?: { number: string } },
): Reply {
  const known = charges.get(id);
  if (operation === 'authorise') {
    if (known) return { status: 200, body: known };
    const isDeclined = body.card?.number === DECLINED;
    const charge: TestCharge = {
      id,
      status: isDeclined ? 'declined' : 'authorised',
      amount: body.amount!,
      currency: body.currency!,
      ...(isDeclined && { declineReason: 'insufficient-funds' }),
      capturedAmount: 0,
      refundedAmount: 0,
    };
    charges.set(id, charge);
    return { status: 200, body: charge };
  }
  if (operation === 'void' && !known) {
    const tombstone = {
      id,
      status: 'voided',
      amount: 0,
      currency: 'XXX',
      capturedAmount: 0,
      refundedAmount: 0,
    } as const;
    charges.set(id, tombstone);
    return { status: 200, body: tombstone };
  }
  if (!known) return { status: 404, body: { code: 'not-found' } };
  if (operation === 'capture') return capture(known);
  if (operation === 'void') return voidCharge(known);
  if (operation === 'refund') return refund(known, refunds, { refundId, amount: body.amount! });
  return { status: 200, body: known };
}

function capture(charge: TestCharge): Reply {
  if (charge.status === 'voided' || charge.status === 'declined') return { status: 409, body: { code: charge.status } };
  Object.assign(charge, { status: 'captured', capturedAmount: charge.amount });
  return { status: 200, body: charge };
}

function voidCharge(charge: TestCharge): Reply {
  if (charge.status === 'captured') return { status: 409, body: { code: 'captured' } };
  if (charge.status === 'authorised') charge.status = 'voided';
  return { status: 200, body: charge };
}

function refund(
  charge: TestCharge,
  refunds: Map<string, number>,
  { refundId, amount }: { refundId: string; amount: number },
): Reply {
  if (!refunds.has(refundId)) {
    if (charge.refundedAmount + amount > charge.capturedAmount)
      return { status: 409, body: { code: 'exceeds-captured' } };
    refunds.set(refundId, amount);
    charge.refundedAmount += amount;
  }
  return { status: 200, body: { id: refundId, amount, status: 'refunded' } };
}
