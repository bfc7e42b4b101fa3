import { checkStatements } from '@fairlead/database/testing';
import { expect, test } from 'vitest';
import { startWorld } from '../test/start-payments.ts';
import * as ledger from './ledger/ledger-statements.ts';
import * as outbox from './outbox/outbox-statements.ts';
import * as payment from './payment/payment-statements.ts';
import * as refund from './refund/refund-statements.ts';
import * as webhook from './webhook/webhook-statements.ts';

const statements = [ledger, outbox, payment, refund, webhook].flatMap((module) => Object.values(module));

test('every statement declares the types that Postgres says it has', async () => {
  const { database } = await startWorld();
  expect(await checkStatements(database, statements)).toEqual([]);
});

test('no two statements share a name', () => {
  const names = statements.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
