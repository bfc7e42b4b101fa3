import { UserError } from '../errors.ts';
import { USAGE, parseTraceOptions } from './options.ts';

const { stdout, stderr, env } = process;

async function main(): Promise<void> {
  try {
    const options = parseTraceOptions(process.argv.slice(2));
    if (options === 'help') {
      stdout.write(`${USAGE}\n`);
      return;
    }
    // Loaded after the command line has been found right: the SDK takes a moment.
    const { showTrace } = await import('./show-trace.ts');
    stdout.write(`${await showTrace(options, stdout.isTTY && !env.NO_COLOR)}\n`);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

await main();
