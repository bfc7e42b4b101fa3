import { createVisitors } from '@fairlead/auth/testing';
import { fuzzApi } from '@fairlead/contracts/testing';
import { expect, test } from 'vitest';
import { listen } from '@fairlead/service/testing';
import { startCatalog } from '../test/start-catalog.ts';
import { catalogContract } from './contract.ts';

const SEED = Number(process.env.FAIRLEAD_SEED ?? Date.now() % 1_000_000);

test(`no mutation of a valid request breaks the service, or is taken though it is invalid (seed ${SEED})`, async () => {
  const { app, access } = await startCatalog({ seedProducts: true });
  const port = await listen(app);
  const { admin, service } = await createVisitors(access);
  const headersOf = (audience: string) => (audience === 'service' ? service : admin);
  expect(await fuzzApi(catalogContract, { port, headersOf, runs: 2000, seed: SEED })).toEqual([]);
}, 60_000);
