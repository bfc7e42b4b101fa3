import { createVisitors, testUsers } from '@fairlead/auth/testing';
import { checkAccess } from '@fairlead/contracts/testing';
import { expect, test } from 'vitest';
import { buy, startPayments } from '../test/start-payments.ts';
import { paymentsContract } from './contract.ts';
import type { PaymentDocument } from './payment/payment.ts';

test('every route lets in whom its audience says, and nobody else', async () => {
  const payments = await startPayments();
  const { id } = (await buy(payments, { caller: testUsers.customer })).body as PaymentDocument;
  const visitors = await createVisitors(payments.users.access);
  expect(await checkAccess(paymentsContract, { port: payments.port, visitors, owned: { id } })).toEqual([]);
});
