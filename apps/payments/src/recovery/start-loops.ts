import type { Database } from '@fairlead/database';
import type { Logger } from '@fairlead/logging';
import { runEvery } from '@fairlead/service';
import type { PaymentsConfig } from '../config.ts';
import { publishDueEvents, type RelayParts } from '../outbox/relay.ts';
import { reconcile, type ReconcileParts } from './reconcile.ts';
import { sweep } from './sweep.ts';

const SWEEP_INTERVAL_MS = 10 * 60_000;

type LoopParts = Omit<ReconcileParts & RelayParts, 'onOutage' | 'onError'> & { database: Database; logger: Logger };

type LoopTimes = Pick<PaymentsConfig, 'reconcileIntervalMs' | 'publishIntervalMs' | 'idempotencyKeyHours'>;

/** Starts what goes on beside requests, in every task. Disposing of it waits for what is under way. */
export function startLoops(config: LoopTimes, parts: LoopParts): AsyncDisposable {
  const { database, logger } = parts;
  const logAs = (level: 'warn' | 'error', message: string) => (error: unknown) => {
    logger[level]({ error }, message);
  };
  const onOutage = logAs('warn', 'payment or refund left as it is');
  const onError = logAs('error', 'payment or refund cannot be finished');
  const loops = new AsyncDisposableStack();
  loops.use(
    runEvery({
      intervalMs: config.reconcileIntervalMs,
      work: (signal) => reconcile({ ...parts, onOutage, onError }, signal),
      onError: logAs('warn', 'payments not reconciled'),
    }),
  );
  loops.use(
    runEvery({
      intervalMs: config.publishIntervalMs,
      work: (signal) => publishDueEvents({ ...parts, onError: logAs('warn', 'event not published') }, signal),
      onError: logAs('warn', 'events not published'),
    }),
  );
  loops.use(
    runEvery({
      intervalMs: SWEEP_INTERVAL_MS,
      work: (signal) => sweep(database, config.idempotencyKeyHours, signal),
      onError: logAs('warn', 'old keys not swept'),
    }),
  );
  return loops;
}
