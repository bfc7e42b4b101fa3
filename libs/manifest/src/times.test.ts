import { expect, test } from 'vitest';
import { limits, times } from './times.ts';

const { server, loadBalancer, client, database, secrets, discovery, drain, containerHealthCheck, targetHealthCheck } =
  times;

test('the server keeps an idle connection for longer than the load balancer, which else meets closed ones: 502', () => {
  expect(server.keepAliveTimeoutSeconds).toBeGreaterThan(loadBalancer.idleTimeoutSeconds);
});

test('a client between services drops an idle connection before the server does', () => {
  expect(client.keepAliveSeconds).toBeLessThan(server.keepAliveTimeoutSeconds);
});

test('Node.js looks for slow clients often enough to mean the timeouts that it has', () => {
  expect(server.connectionsCheckingIntervalSeconds).toBeLessThan(server.headersTimeoutSeconds);
  expect(server.headersTimeoutSeconds).toBeLessThanOrEqual(server.requestTimeoutSeconds);
});

test('an attempt fits into a call, and a call into a request', () => {
  expect(client.attemptTimeoutSeconds).toBeLessThan(client.callTimeoutSeconds);
  expect(client.callTimeoutSeconds).toBeLessThan(server.requestTimeoutSeconds);
});

test('a connection that cannot be made is given up before the attempt, so that nothing was sent and another may be tried', () => {
  expect(client.connectTimeoutMs).toBeLessThan(client.attemptTimeoutSeconds * 1000);
});

test('a call that waited for a lookup has time left for an attempt', () => {
  const leftMs = client.callTimeoutSeconds * 1000 - discovery.lookupWaitMs;
  expect(leftMs).toBeGreaterThanOrEqual(client.attemptTimeoutSeconds * 1000);
  expect(discovery.lookupWaitMs).toBeLessThan(discovery.lookupTimeoutMs);
});

test('a lookup that fails is over before the instances that it should have replaced are old', () => {
  expect(discovery.lookupTimeoutMs).toBeLessThan(discovery.cacheSeconds * 1000);
});

test('a statement is given up before the attempt that waits for it, by the server before the client', () => {
  expect(database.statementTimeoutMs).toBeLessThan(database.queryTimeoutMs);
  expect(database.queryTimeoutMs).toBeLessThan(client.attemptTimeoutSeconds * 1000);
  expect(database.lockTimeoutMs).toBeLessThan(database.statementTimeoutMs);
  expect(database.connectTimeoutMs).toBeLessThan(client.attemptTimeoutSeconds * 1000);
});

test('a read of a secret ends, twice tried, long before its value is too old to be used meanwhile', () => {
  const longestReadSeconds = (2 * (secrets.connectTimeoutMs + secrets.requestTimeoutMs)) / 1000;
  expect(longestReadSeconds).toBeLessThan(secrets.retrySeconds);
  expect(secrets.retrySeconds).toBeLessThan(secrets.lifetimeSeconds);
  expect(secrets.refreshIntervalMs).toBeLessThan(secrets.lifetimeSeconds * 1000);
});

test('a task that is told to stop answers for longer than anyone may hold its address', () => {
  const unhealthyAfterSeconds = targetHealthCheck.intervalSeconds * targetHealthCheck.unhealthyThreshold;
  expect(drain.lagSeconds).toBeGreaterThanOrEqual(discovery.cacheSeconds);
  expect(drain.lagSeconds).toBeGreaterThanOrEqual(discovery.dnsTtlSeconds);
  expect(drain.lagSeconds).toBeGreaterThanOrEqual(loadBalancer.deregistrationDelaySeconds);
  expect(drain.lagSeconds).toBeGreaterThan(unhealthyAfterSeconds);
});

test('draining and the longest request fit into the stop timeout, and that into what Fargate allows: 120 s', () => {
  expect(drain.longestRequestSeconds).toBeGreaterThanOrEqual(server.requestTimeoutSeconds);
  expect(drain.lagSeconds + drain.longestRequestSeconds).toBeLessThan(drain.stopTimeoutSeconds);
  expect(drain.stopTimeoutSeconds).toBeLessThanOrEqual(120);
});

test('a migration has failed before ECS gives up waiting for it, which on Fargate it does after 120 s at most', () => {
  expect(database.migrationTimeoutSeconds).toBeLessThan(120);
  expect(database.migrationLockTimeoutMs).toBeLessThan(database.migrationTimeoutSeconds * 1000);
});

test('a health check is over before the next one, in the ranges of ECS and of target groups', () => {
  for (const { intervalSeconds, timeoutSeconds } of [containerHealthCheck, targetHealthCheck]) {
    expect(timeoutSeconds).toBeLessThan(intervalSeconds);
    expect(timeoutSeconds).toBeGreaterThanOrEqual(2);
    expect(intervalSeconds).toBeGreaterThanOrEqual(5);
    expect(intervalSeconds).toBeLessThanOrEqual(300);
  }
  expect(containerHealthCheck.startPeriodSeconds).toBeLessThanOrEqual(300);
});

test('a deregistration delay is over before a Spot task is taken away: 120 s', () => {
  expect(loadBalancer.deregistrationDelaySeconds).toBeGreaterThanOrEqual(5);
  expect(loadBalancer.deregistrationDelaySeconds).toBeLessThanOrEqual(60);
});

test('a header section may hold every header that is allowed', () => {
  expect(limits.headerBytes / limits.headerCount).toBeGreaterThan(100);
});
