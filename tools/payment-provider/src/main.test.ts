import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { API_KEY, WEBHOOK_KEY, createStateFile } from '../test/start-provider.ts';

const ENVIRONMENT = {
  PROVIDER_API_KEY: API_KEY,
  PROVIDER_WEBHOOK_KEY: WEBHOOK_KEY,
  PROVIDER_WEBHOOK_URL: 'http://127.0.0.1:9/webhooks',
};

interface Line {
  level: string;
  message: string;
  port?: number;
}

async function spawnProvider(env: Record<string, string>) {
  const script = new URL('main.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, '--state', await createStateFile()], { env });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = once(child, 'close').then(([code]) => code as number | null);
  const [text] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, exited, line: JSON.parse(text) as Line };
}

test('the process says where it listens, answers, and ends on SIGTERM', async () => {
  const { child, exited, line } = await spawnProvider(ENVIRONMENT);
  expect(line).toMatchObject({ level: 'info', message: 'listening', port: expect.any(Number) });
  expect((await fetch(`http://127.0.0.1:${line.port!}/v1/charges`)).status).toBe(401);
  child.kill('SIGTERM');
  expect(await exited).toBe(0);
});

test('the process names every setting at fault and ends, without saying what the secret ones were', async () => {
  const { exited, line } = await spawnProvider({ PROVIDER_API_KEY: 'too-short-key' });
  expect(line.level).toBe('error');
  expect(line.message).toContain('PROVIDER_API_KEY must be 16 characters or more');
  expect(line.message).toContain('PROVIDER_WEBHOOK_KEY is required');
  expect(line.message).toContain('PROVIDER_WEBHOOK_URL must be');
  expect(line.message).not.toContain('too-short-key');
  expect(await exited).toBe(1);
});
