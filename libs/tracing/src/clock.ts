/** As much as the clocks of a process may differ before the system's is taken to have been set, or to have slept. */
const MAX_DRIFT_MS = 1000;

let originMs = performance.timeOrigin;

/** The time in seconds with microseconds, which `Date` does not have. */
export function clockSeconds(): number {
  const now = originMs + performance.now();
  const drift = Date.now() - now;
  if (Math.abs(drift) < MAX_DRIFT_MS) return now / 1000;
  originMs += drift;
  return (now + drift) / 1000;
}
