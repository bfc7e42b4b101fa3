import { expect, test } from 'vitest';
import { Health } from './health.ts';

test('a process wants requests only between ready and drain', () => {
  const health = new Health();
  expect(health.readiness().status).toBe('fail');
  health.ready();
  expect(health.readiness().status).toBe('pass');
  health.drain();
  expect(health.readiness().status).toBe('fail');
  expect(health.isDraining).toBe(true);
});

test('there is no way back from draining', () => {
  const health = new Health();
  health.drain();
  health.ready();
  expect(health.readiness().status).toBe('fail');
});

test('a broken dependency is reported, and never makes the process unready or dead', async () => {
  const health = new Health();
  health.ready();
  health.addCheck('database', () => Promise.reject(new Error('connection refused')));
  health.addCheck('cache', () => Promise.resolve());
  expect(await health.report()).toEqual({
    status: 'warn',
    checks: { database: { status: 'fail', reason: 'connection refused' }, cache: { status: 'pass' } },
  });
  expect(health.readiness().status).toBe('pass');
  expect(health.liveness().status).toBe('pass');
});

test('a check that does not answer counts as failed, and is told to stop', async () => {
  const health = new Health({ timeoutMs: 20 });
  let stopped = false;
  health.addCheck('database', (signal) => {
    signal.addEventListener('abort', () => (stopped = true));
    return new Promise(() => undefined);
  });
  expect(await health.report()).toMatchObject({ checks: { database: { reason: 'no answer within 20 ms' } } });
  expect(stopped).toBe(true);
});

test('a check that throws at once is reported like one that rejects', async () => {
  const health = new Health();
  health.addCheck('database', () => {
    throw new Error('no pool');
  });
  expect(await health.report()).toMatchObject({ checks: { database: { status: 'fail', reason: 'no pool' } } });
});
