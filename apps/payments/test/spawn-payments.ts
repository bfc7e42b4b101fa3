import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

export interface PaymentsProcess extends AsyncDisposable {
  port: number;
  child: ChildProcess;
  log: string[];
  /** Ends it as a lost machine would: at once, whatever it does. */
  kill: () => void;
}

/** Runs the real process of payments, until it listens. */
export async function spawnPayments(environment: Readonly<Record<string, string>>): Promise<PaymentsProcess> {
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env.PATH ?? '',
      // Compiled once, for the many starts of one test.
      NODE_COMPILE_CACHE: join(tmpdir(), 'fairlead-payments-compile-cache'),
      HOST: '127.0.0.1',
      PORT: '0',
      TRACING: 'off',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const log: string[] = [];
  const exited = once(child, 'exit');
  const port = await new Promise<number>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      log.push(line);
      const { message, port: taken } = JSON.parse(line) as { message?: string; port?: number };
      if (message === 'listening' && taken !== undefined) resolve(taken);
    });
    child.on('exit', () => {
      reject(new Error(`payments did not start: ${log.join('\n')}`));
    });
  });
  return {
    port,
    child,
    log,
    kill: () => void child.kill('SIGKILL'),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
