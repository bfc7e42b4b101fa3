import { existsSync, readFileSync } from 'node:fs';
import { afterAll } from 'vitest';
import { ProcessGroups } from '../src/process/process-group.ts';

let groups: ProcessGroups | undefined;

afterAll(() => groups?.[Symbol.asyncDispose]());

/** Starts processes for the tests of a file; what they leave behind ends with it. */
export function useProcessGroups(): ProcessGroups {
  groups ??= new ProcessGroups();
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
