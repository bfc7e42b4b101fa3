import { ManifestError } from '@fairlead/manifest';
import { enableCompileCache } from 'node:module';
import { join, resolve } from 'node:path';
import { UserError } from './errors.ts';
import { USAGE, parseOptions } from './options.ts';

const { stdout, stderr, env } = process;

/** Aborted by the first signal. Later ones change nothing: npm and a terminal send the same one again. */
function listenForStop(): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    controller.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  // `npm start | head` closes the pipe: nobody reads any more.
  stdout.on('error', stop);
  // Under npm and Nx the toolchain starts the twin; killed, it cannot pass anything on.
  const parent = process.ppid;
  const stopAlone = () => {
    if (process.ppid !== parent) stop();
  };
  if (env.FAIRLEAD_TOOLCHAIN) setInterval(stopAlone, 500).unref();
  return controller.signal;
}

async function main(): Promise<void> {
  const signal = listenForStop();
  try {
    const workspace = join(import.meta.dirname, '../../..');
    const options = parseOptions(process.argv.slice(2));
    if (options === 'help') {
      stdout.write(`${USAGE}\n`);
      return;
    }
    // What is compiled now is there compiled the next time, for this process and, by way of the variable, for those that it starts.
    env.NODE_COMPILE_CACHE = resolve(workspace, options.state, 'compile-cache');
    enableCompileCache(env.NODE_COMPILE_CACHE);
    // Loaded after the signals are listened for: it takes a moment.
    const { runTwin } = await import('./run-twin.ts');
    const readable = stdout.isTTY;
    const terminal = { stream: stdout, readable, colour: readable && !env.NO_COLOR };
    await runTwin(options, { workspace, externalPostgresUrl: env.FAIRLEAD_POSTGRES_URL, terminal, signal });
  } catch (error) {
    // What breaks off because it was told to stop has not failed.
    if (signal.aborted) return;
    if (!(error instanceof UserError || error instanceof ManifestError)) throw error;
    stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

await main();
