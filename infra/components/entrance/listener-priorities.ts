import { createHash } from 'node:crypto';

/** The rules of a listener are numbered 1 to 50000, no number twice. */
const PRIORITIES = 50_000;

/**
 * Gives the listener rule of each service a priority that follows from its name, so that another service does not renumber
 * it. Order does not matter: no route lies below another.
 */
export function allocatePriorities(names: readonly string[]): Map<string, number> {
  const taken = new Set<number>();
  return new Map(
    names.toSorted().map((name) => {
      let priority = preferredPriority(name);
      while (taken.has(priority)) priority = (priority % PRIORITIES) + 1;
      taken.add(priority);
      return [name, priority];
    }),
  );
}

function preferredPriority(name: string): number {
  return (createHash('sha256').update(name).digest().readUInt32BE() % PRIORITIES) + 1;
}
