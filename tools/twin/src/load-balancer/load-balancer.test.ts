import { createServer, type ServerResponse } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { send, startServer } from '../../test/http.ts';
import { defineEntrance, defineTargetGroup } from '../../test/resources.ts';
import { startEntrance, startServedEntrance } from '../../test/start-entrance.ts';
import type { ListenerAction } from '../graph/resources.ts';
import { LOOPBACK, listenOn } from '../ports.ts';
import { LoadBalancer } from './load-balancer.ts';

const NOT_FOUND: ListenerAction = {
  type: 'fixed-response',
  fixedResponse: { contentType: 'application/json', messageBody: '{"title":"Größe"}', statusCode: '404' },
};

describe('the entrance answers by itself', () => {
  test('503 until it knows the graph', async () => {
    const loadBalancer = await LoadBalancer.listen(0);
    onTestFinished(() => loadBalancer[Symbol.asyncDispose]());
    const answer = await send(loadBalancer.port);
    expect(answer).toMatchObject({ status: 503, headers: { 'content-type': 'text/html' } });
    expect(answer.body).toContain('<h1>503 Service Temporarily Unavailable</h1>');
  });

  test('503 where a target group has no target', async () => {
    const { port } = await startEntrance();
    expect(await send(port)).toMatchObject({ status: 503 });
  });

  test('with the fixed response of a rule', async () => {
    const [listener] = defineEntrance().listeners;
    const { port } = await startEntrance({ listeners: [{ ...listener!, defaultActions: [NOT_FOUND] }] });
    expect(await send(port)).toMatchObject({
      status: 404,
      headers: { 'content-type': 'application/json', 'content-length': '19' },
      body: '{"title":"Größe"}',
    });
  });
});

test('rules see the host without its port and the path without its query', async () => {
  const [listener] = defineEntrance().listeners;
  const { port } = await startServedEntrance((_req, res) => res.end('served'), {
    listeners: [{ ...listener!, defaultActions: [NOT_FOUND] }],
    listenerRules: [
      {
        listenerArn: 'arn:listener',
        priority: 1,
        conditions: [{ hostHeader: { values: ['shop.test'] } }, { pathPattern: { values: ['/products'] } }],
        actions: [{ type: 'forward', targetGroupArn: 'arn:target-group/web' }],
      },
    ],
  });
  const headers = { host: 'shop.test:8080' };
  expect(await send(port, { path: '/products?limit=1', headers })).toMatchObject({ status: 200, body: 'served' });
  expect(await send(port, { path: '/products/1', headers })).toMatchObject({ status: 404 });
});

test('a listener that only redirects to HTTPS leaves the entrance to the one with the rules', async () => {
  const [secure] = defineEntrance().listeners;
  const redirect = { type: 'redirect', redirect: { statusCode: 'HTTP_301', protocol: 'HTTPS' } };
  const { port } = await startServedEntrance((_req, res) => res.end('served'), {
    listeners: [{ ...secure!, arn: 'arn:plain', defaultActions: [redirect] }, secure!],
    listenerRules: [{ listenerArn: secure!.arn, priority: 1, conditions: [], actions: secure!.defaultActions }],
  });
  expect(await send(port)).toMatchObject({ status: 200, body: 'served' });
});

test('requests are spread over the tasks of a service', async () => {
  const { port, group } = await startServedEntrance((_req, res) => res.end('first'));
  const second = await startServer((req, res) => res.end(req.url === '/readyz' ? '' : 'second'));
  await group.register({ host: LOOPBACK, port: second.port }).firstHealthy;
  const answers = await Promise.all(Array.from({ length: 10 }, () => send(port)));
  expect(answers.filter(({ body }) => body === 'second')).toHaveLength(5);
});

test('a task that leaves finishes what it has begun, and gets nothing new', async () => {
  const begun = Promise.withResolvers<ServerResponse>();
  const { port, group, target } = await startServedEntrance((_req, res) => {
    begun.resolve(res);
  });
  const answer = send(port);
  const res = await begun.promise;
  const left = group.deregister(target);
  expect(await send(port)).toMatchObject({ status: 503 });
  res.end('finished');
  expect(await answer).toMatchObject({ status: 200, body: 'finished' });
  await left;
});

test('a task that is still busy after the deregistration delay is cut off', async () => {
  const { port, group, target } = await startServedEntrance(() => undefined, {
    targetGroups: [defineTargetGroup({ interval: 10 }, 0.05)],
  });
  const answer = send(port);
  await expect.poll(() => target.outstanding).toBe(1);
  await group.deregister(target);
  expect(await answer).toMatchObject({ status: 502 });
});

test('a port that is taken is replaced by a free one', async () => {
  const taken = createServer();
  onTestFinished(() => void taken.close());
  const port = await listenOn(taken, 0);
  const loadBalancer = await LoadBalancer.listen(port);
  onTestFinished(() => loadBalancer[Symbol.asyncDispose]());
  expect(loadBalancer.port).not.toBe(port);
  expect(await send(loadBalancer.port)).toMatchObject({ status: 503 });
});

test('closing it cuts every connection and frees its port, as often as it is asked to', async () => {
  const { loadBalancer, port, target } = await startServedEntrance(() => undefined);
  const answer = send(port).catch((error: unknown) => error);
  await expect.poll(() => target.outstanding).toBe(1);
  await loadBalancer[Symbol.asyncDispose]();
  await loadBalancer[Symbol.asyncDispose]();
  expect(await answer).toMatchObject({ code: 'ECONNRESET' });
  await expect(send(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
