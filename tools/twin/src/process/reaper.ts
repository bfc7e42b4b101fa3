// A process of its own that outlives the twin by a moment. The twin names every process that it starts on the reaper's
// standard input; when that closes without a word, because the twin was killed, the reaper ends what is left.
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

/** Postgres shuts down in order on SIGINT; what still runs after this is killed. */
const GRACE_MS = 5000;

/** The process groups that run, with the signal that ends each. */
const groups = new Map<number, NodeJS.Signals>();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

for await (const line of createInterface({ input: process.stdin })) {
  const [verb, pid, signal] = line.split(' ');
  if (verb === 'add') groups.set(Number(pid), signal as NodeJS.Signals);
  else groups.delete(Number(pid));
}

for (const [pid, signal] of groups) kill(pid, signal);
const deadline = Date.now() + GRACE_MS;
while ([...groups.keys()].some(isAlive) && Date.now() < deadline) await delay(50);
for (const pid of groups.keys()) kill(pid, 'SIGKILL');

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended by itself.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}
