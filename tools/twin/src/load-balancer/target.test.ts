import type { ServerResponse } from 'node:http';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { startServer } from '../../test/http.ts';
import { defineTargetGroup } from '../../test/resources.ts';
import type { TargetGroupResource } from '../graph/resources.ts';
import { LOOPBACK, findFreePort } from '../ports.ts';
import { Target, type TargetHealth } from './target.ts';

type HealthCheck = TargetGroupResource['healthCheck'];

function watchTarget(port: number, changes: Partial<HealthCheck> = {}): Target {
  const target = new Target({ host: LOOPBACK, port }, defineTargetGroup(changes).healthCheck, 60);
  onTestFinished(() => {
    target[Symbol.dispose]();
  });
  return target;
}

/** Answers one health check after another with these, and gives the health that the target had before each. */
async function play(answers: readonly (number | 'silence')[], changes: Partial<HealthCheck>): Promise<TargetHealth[]> {
  const health: TargetHealth[] = [];
  const over = Promise.withResolvers<undefined>();
  const { port } = await startServer((_req, res: ServerResponse) => {
    health.push(target.health);
    const answer = answers[health.length - 1];
    if (answer === undefined) over.resolve(undefined);
    else if (answer !== 'silence') res.writeHead(answer).end();
  });
  const target = watchTarget(port, changes);
  await over.promise;
  return health;
}

describe('the health of a target', () => {
  test('is initial until the first check that passes', async () => {
    expect(await play([503, 503, 503, 503, 200], { unhealthyThreshold: 2 })).toEqual([
      ...Array<TargetHealth>(5).fill('initial'),
      'healthy',
    ]);
  });

  test('is lost after as many failures in a row as the target group says, and no fewer', async () => {
    const answers = [200, 500, 500, 200, 500, 500, 500];
    const health = await play(answers, { unhealthyThreshold: 3 });
    expect(health).toEqual(['initial', ...Array<TargetHealth>(6).fill('healthy'), 'unhealthy']);
  });

  test('comes back after as many passes in a row as the target group says, and no fewer', async () => {
    const answers = [200, 500, 200, 500, 200, 200];
    const health = await play(answers, { unhealthyThreshold: 1, healthyThreshold: 2 });
    expect(health.slice(1)).toEqual(['healthy', 'unhealthy', 'unhealthy', 'unhealthy', 'unhealthy', 'healthy']);
  });

  test('is lost when checks are not answered in time', async () => {
    const health = await play([200, 'silence', 'silence'], { unhealthyThreshold: 2, timeout: 0.05 });
    expect(health).toEqual(['initial', 'healthy', 'healthy', 'unhealthy']);
  });

  test('is lost when connections are refused', async () => {
    const { port, close } = await startServer((_req, res) => res.end());
    const target = watchTarget(port, { unhealthyThreshold: 2 });
    await target.firstHealthy;
    await close();
    await expect.poll(() => target.health).toBe('unhealthy');
  });

  test.for([
    ['200', 201, 'initial'],
    ['200,202', 202, 'healthy'],
    ['200,202', 201, 'initial'],
    ['200-299', 299, 'healthy'],
    ['200-299', 300, 'initial'],
    ['200,300-302', 301, 'healthy'],
  ] as const)('under the matcher %s a status of %i makes it %s', async ([matcher, status, expected]) => {
    expect((await play([status], { matcher }))[1]).toBe(expected);
  });

  test('is draining from the moment that it is to leave, whatever its checks say', async () => {
    const { port } = await startServer((_req, res) => {
      target.drain();
      res.end();
    });
    const target = watchTarget(port, { healthyThreshold: 1 });
    const firstHealthy = vi.fn();
    void target.firstHealthy.then(firstHealthy);
    await expect.poll(() => target.health).toBe('draining');
    await new Promise(setImmediate);
    expect(firstHealthy).not.toHaveBeenCalled();
  });
});

test('a health check asks for the path of the target group, by the name of the health checker', async () => {
  const asked = Promise.withResolvers<unknown>();
  const { port } = await startServer((req, res) => {
    asked.resolve([req.method, req.url, req.headers['user-agent']]);
    res.end();
  });
  watchTarget(port, { path: '/livez' });
  expect(await asked.promise).toEqual(['GET', '/livez', 'ELB-HealthChecker/2.0']);
});

test('a target that does not listen yet is looked at again soon, however long the interval is', async () => {
  const port = await findFreePort();
  const target = watchTarget(port, { interval: 60 });
  const { server } = await startServer((_req, res) => res.end());
  server.close();
  await new Promise((resolve) =>
    server.listen(port, LOOPBACK, () => {
      resolve(undefined);
    }),
  );
  await target.firstHealthy;
});

test('a target that has left is not looked at any more', async () => {
  const checks = { '/left': 0, '/other': 0 };
  const { port } = await startServer((req, res) => {
    checks[req.url as keyof typeof checks] += 1;
    res.end();
  });
  const target = watchTarget(port, { interval: 0.001, path: '/left' });
  await target.firstHealthy;
  target[Symbol.dispose]();
  const underWay = 1;
  const before = checks['/left'];
  watchTarget(port, { interval: 0.001, path: '/other' });
  await expect.poll(() => checks['/other']).toBeGreaterThan(10);
  expect(checks['/left']).toBeLessThanOrEqual(before + underWay);
});
