import { ConfigError } from '@fairlead/config';
import { createLogger, type Logger } from '@fairlead/logging';
import type { ServiceConfig } from './settings.ts';

type ProcessSettings = Pick<ServiceConfig, 'environment' | 'logLevel'>;

export interface ProcessDefinition<Config extends ProcessSettings> {
  /** The service that the process belongs to; a field of every log line. */
  name: string;
  loadConfig: () => Config;
}

/**
 * Runs a process of a service from its configuration to its end. The exit code is 0 where `work` resolves, and 1, with one
 * log line that says why, where the configuration is not valid or `work` rejects.
 */
export async function runProcess<Config extends ProcessSettings>(
  { name, loadConfig }: ProcessDefinition<Config>,
  work: (config: Config, logger: Logger) => Promise<void>,
): Promise<void> {
  let logger = createLogger({ level: 'info', fields: { service: name } });
  // What nobody catches still ends the process; this only writes it like every other line.
  process.on('uncaughtExceptionMonitor', (error) => {
    logger.fatal({ error }, 'uncaught error');
  });
  try {
    const config = loadConfig();
    logger = createLogger({ level: config.logLevel, fields: { service: name, environment: config.environment } });
    await work(config, logger);
  } catch (error) {
    if (error instanceof ConfigError) logger.fatal({ faults: error.faults }, error.message);
    else logger.fatal({ error }, 'process failed');
    process.exitCode = 1;
  }
}
