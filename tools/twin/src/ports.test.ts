import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { LOOPBACK, findFreePort, listenOn } from './ports.ts';

function createTestServer(): Server {
  const server = createServer();
  onTestFinished(() => void server.close());
  return server;
}

test('a server gets the port that it asks for', async () => {
  const port = await findFreePort();
  expect(await listenOn(createTestServer(), port)).toBe(port);
});

test('a server gets another port where the one it asks for is taken', async () => {
  const taken = await listenOn(createTestServer(), 0);
  const port = await listenOn(createTestServer(), taken);
  expect(port).not.toBe(taken);
  expect(port).toBeGreaterThan(0);
});

test('a server is reached from this machine only', async () => {
  const server = createTestServer();
  await listenOn(server, 0);
  expect(server.address()).toMatchObject({ address: LOOPBACK });
});

test('a fault that another port does not mend is not hidden', async () => {
  const server = createTestServer();
  await listenOn(server, 0);
  await expect(listenOn(server, 0)).rejects.toMatchObject({ code: 'ERR_SERVER_ALREADY_LISTEN' });
});

test('a free port is the preferred one unless that is taken', async () => {
  const preferred = await findFreePort();
  expect(await findFreePort(preferred)).toBe(preferred);
  await listenOn(createTestServer(), preferred);
  expect(await findFreePort(preferred)).not.toBe(preferred);
});

test('a free port can be listened on at once', async () => {
  const server = createTestServer().listen(await findFreePort(), LOOPBACK);
  await once(server, 'listening');
});
