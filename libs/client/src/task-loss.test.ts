import { Problem } from '@fairlead/problem';
import type { RequestListener } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { answerJson, createTestClient, startService, thing } from '../test/start-service.ts';

const CALLERS = 20;

/** For machines that are busy with something else. */
const SOON = { timeout: 15_000 };

const work: RequestListener = (request, response) => {
  setImmediate(() => {
    answerJson(response, request.method === 'POST' ? 201 : 200, thing);
  });
};

/** Calls without a pause until told to stop, and gives what went wrong. */
async function callUntil(
  isOver: () => boolean,
  call: () => Promise<unknown>,
): Promise<{ calls: number; failures: Problem[] }> {
  const result = { calls: 0, failures: [] as Problem[] };
  const loop = async () => {
    while (!isOver()) {
      await call().catch((error: unknown) => result.failures.push(error as Problem));
      result.calls += 1;
      await turn();
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, loop));
  return result;
}

async function startThree() {
  const services = [await startService(work), await startService(work), await startService(work)] as const;
  const { client, discoveryEvents } = await createTestClient(services.map(({ instance }) => instance));
  return { services, client, discoveryEvents };
}

test('the death of one of three tasks is noticed by no call that may be made again', async () => {
  const { services, client, discoveryEvents } = await startThree();
  const [dying, ...others] = services;
  let isOver = false;
  const calls = callUntil(
    () => isOver,
    () => client.getThing({ params: { id: 'a' } }),
  );
  await expect.poll(() => dying.requests.length, SOON).toBeGreaterThan(100);
  await dying.stop();
  const seenByOthers = () => others.reduce((sum, { requests }) => sum + requests.length, 0);
  const before = seenByOthers();
  await expect.poll(seenByOthers, SOON).toBeGreaterThan(before + 500);
  isOver = true;
  const { failures } = await calls;
  expect(failures).toEqual([]);
  expect(discoveryEvents[0]).toMatchObject({ type: 'instance-ejected', instance: dying.instance });
});

test('the death of one of three tasks fails only those calls that it may have begun to serve', async () => {
  const { services, client } = await startThree();
  const [dying, ...others] = services;
  let isOver = false;
  const calls = callUntil(
    () => isOver,
    () => client.createThing({ body: { name: 'x' } }),
  );
  await expect.poll(() => dying.requests.length, SOON).toBeGreaterThan(100);
  await dying.stop();
  const seenByOthers = () => others.reduce((sum, { requests }) => sum + requests.length, 0);
  const before = seenByOthers();
  await expect.poll(seenByOthers, SOON).toBeGreaterThan(before + 500);
  isOver = true;
  const { failures } = await calls;
  expect(failures.length).toBeLessThanOrEqual(CALLERS);
  for (const { code } of failures) expect(code).toBe('call/unavailable');
});

test('a task that hangs costs calls their first attempt until it is left out, and is asked again when it works', async () => {
  let isHanging = true;
  const hanging = await startService((request, response) => {
    if (!isHanging) work(request, response);
  });
  const [one, other] = [await startService(work), await startService(work)];
  const instances = [hanging.instance, one.instance, other.instance];
  const { client, discoveryEvents } = await createTestClient(instances);
  const call = () => client.getThing({ params: { id: 'a' } });
  let isOver = false;
  const calls = callUntil(() => isOver, call);
  await expect.poll(() => discoveryEvents, SOON).toMatchObject([{ type: 'instance-ejected' }]);
  isHanging = false;
  await expect
    .poll(() => discoveryEvents.at(-1), SOON)
    .toMatchObject({ type: 'instance-restored', instance: hanging.instance });
  isOver = true;
  expect((await calls).failures).toEqual([]);
});
