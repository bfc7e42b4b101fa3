import { once } from 'node:events';
import { loadProviderConfig } from './config.ts';
import { createLog } from './log.ts';
import { runProvider } from './run-provider.ts';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    stop.abort();
  });
}

const log = createLog(process.stdout);
try {
  await using provider = await runProvider(loadProviderConfig(process.argv.slice(2), process.env), log);
  log('info', 'listening', { port: provider.port });
  if (!stop.signal.aborted) await once(stop.signal, 'abort');
} catch (error) {
  log('error', error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
