import { Health } from '@fairlead/health';
import type { Logger } from '@fairlead/logging';
import { times } from '@fairlead/manifest/times';
import { createMetrics } from '@fairlead/metrics';
import { createTracer } from '@fairlead/tracing';
import type { Express, Request, Response } from 'express';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { close, createHttpServer, listen, refuseUnroutable } from './http-server.ts';
import { runProcess } from './run-process.ts';
import type { ServiceContext } from './service-context.ts';
import type { ServiceConfig } from './settings.ts';
import { listenForStop, type StopSignal } from './stop-signal.ts';

/** The parts of a service, each made from the one before. */
export interface ServiceDefinition<Config extends ServiceConfig, Dependencies extends AsyncDisposable> {
  name: string;
  loadConfig: () => Config;
  createDependencies: (config: Config, context: ServiceContext) => Dependencies | Promise<Dependencies>;
  createApp: (dependencies: Dependencies, context: ServiceContext) => Express;
}

/**
 * Lives the life of a service: config, dependencies, listen, ready; on a signal drain, close, dispose. It resolves when all
 * is over, and leaves the exit code: 0 after a stop, 1 after a fault.
 */
export async function runService<Config extends ServiceConfig, Dependencies extends AsyncDisposable>(
  definition: ServiceDefinition<Config, Dependencies>,
): Promise<void> {
  using signal = listenForStop();
  await runProcess(definition, async (config, logger) => {
    await using tracer = await createTracer(config, {
      service: definition.name,
      onError: warnOf(logger, 'trace not sent'),
    });
    await using metrics = createMetrics({
      service: definition.name,
      environment: config.environment,
      intervalMs: config.metricsIntervalSeconds * 1000,
      write: (line) => process.stdout.write(`${line}\n`),
    });
    const { name } = definition;
    const { trustedProxies } = config;
    await live(definition, config, { name, logger, health: new Health(), tracer, metrics, trustedProxies }, signal);
    logger.info('stopped');
  });
}

async function live<Config extends ServiceConfig, Dependencies extends AsyncDisposable>(
  { createDependencies, createApp }: ServiceDefinition<Config, Dependencies>,
  config: Config,
  context: ServiceContext,
  signal: StopSignal,
): Promise<void> {
  const { logger, health } = context;
  await using dependencies = await createDependencies(config, context);
  if (signal.stop.aborted) return;

  const app = createApp(dependencies, context);
  const { server, closeConnections } = createHttpServer(context.name, (request, response) => {
    app(request as Request, response as Response, () => {
      refuseUnroutable(context.name, response);
    });
  });
  const port = await listen(server, config);
  health.ready();
  logger.info({ port }, 'listening');

  await aborted(signal.stop);
  startWatchdog(logger);
  health.drain();
  closeConnections();
  logger.info({ lagSeconds: signal.hurry.aborted ? 0 : config.drainLagSeconds }, 'draining');
  await delay(config.drainLagSeconds * 1000, undefined, { signal: signal.hurry }).catch(() => undefined);
  await close(server, times.drain.longestRequestSeconds * 1000);
}

const warnOf = (logger: Logger, message: string) => (error: unknown) => {
  logger.warn({ error }, message);
};

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

/** Ends a process whose dependencies do not close, so that the log says why before SIGKILL would end it without a word. */
function startWatchdog(logger: Logger): void {
  const deadline = setTimeout(
    () => {
      logger.fatal('did not stop in time');
      process.exit(1);
    },
    (times.drain.stopTimeoutSeconds - 2) * 1000,
  );
  deadline.unref();
}
