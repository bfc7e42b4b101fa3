import { existsSync, readFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { ProcessGroups } from '../src/process/process-group.ts';

/** Starts processes for a test; what it leaves behind ends with it. */
export function createProcessGroups(): ProcessGroups {
  const groups = new ProcessGroups();
  onTestFinished(() => groups[Symbol.asyncDispose]());
  return groups;
}

/** Whether a process runs; one that has ended and waits for its parent to take notice does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const stat = `/proc/${pid}/stat`;
    return !existsSync(stat) || !readFileSync(stat, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}
