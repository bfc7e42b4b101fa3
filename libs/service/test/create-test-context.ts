import { Health } from '@fairlead/health';
import { createLogger } from '@fairlead/logging';
import type { Metrics } from '@fairlead/metrics';
import { createTracer } from '@fairlead/tracing';
import type { ServiceContext } from '../src/service-context.ts';

export interface TestContextOptions {
  name: string;
  /** @default 0 */
  trustedProxies?: number;
}

export interface TestContext extends ServiceContext {
  /** Everything that was logged, line by line. */
  log: string[];
}

/** What the chassis would hand to a service, without the process: nothing is traced, nothing measured, all lines are kept. */
export async function createTestContext({ name, trustedProxies = 0 }: TestContextOptions): Promise<TestContext> {
  const log: string[] = [];
  const destination = { write: (line: string) => void log.push(line) };
  const tracer = await createTracer(
    { tracing: 'off', traceSamplePercent: 0, traceForcedPerSecond: 0, traceDaemonAddress: '', traceEndpoint: '' },
    { service: name, onError: () => undefined },
  );
  return {
    name,
    logger: createLogger({ level: 'debug', fields: { service: name }, destination }),
    health: new Health(),
    tracer,
    metrics: NO_METRICS,
    trustedProxies,
    log,
  };
}

const NO_METRICS: Metrics = {
  recordRequest: () => undefined,
  count: () => undefined,
  [Symbol.asyncDispose]: () => Promise.resolve(),
};
