import { createVisitors } from '@fairlead/auth/testing';
import type { Audience } from '@fairlead/contracts';
import { fuzzApi } from '@fairlead/contracts/testing';
import { expect, test } from 'vitest';
import { findImbalance, startPayments } from '../test/start-payments.ts';
import { paymentsContract } from './contract.ts';

const SEED = Number(process.env.FAIRLEAD_SEED ?? Date.now() % 1_000_000);

test(`no mutation of a valid request breaks the service, or is taken though it is invalid (seed ${SEED})`, async () => {
  const payments = await startPayments();
  const { admin, anonymous, customer } = await createVisitors(payments.users.access);
  // Nobody can sign what is not known yet: webhooks come unsigned.
  const headers: Partial<Record<Audience, Record<string, string>>> = { admin, signer: anonymous };
  const headersOf = (audience: Audience) => headers[audience] ?? customer;
  expect(await fuzzApi(paymentsContract, { port: payments.port, headersOf, runs: 2000, seed: SEED })).toEqual([]);
  expect(await findImbalance(payments)).toEqual([]);
}, 60_000);
