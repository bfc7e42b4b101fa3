import { parseArgs } from 'node:util';
import { UserError } from './errors.ts';

export interface Options {
  stack: string;
  /** Of the entrance; another is taken where it is not free. */
  port: number;
  /** Of the AWS endpoint; another is taken where it is not free. */
  awsPort: number;
  /** Whether an edit of a source rolls the services that use it. */
  watch: boolean;
  /** Run this service and what it calls; absent: all of them. */
  service?: string;
  /** The folder of everything that outlives a run. */
  state: string;
}

export const USAGE = `Runs a stack on this machine: npm start -- [options]

  --stack <name>    the stack to run                              (dev)
  --port <number>   of the entrance                               (8080)
  --aws-port <n>    of Secrets Manager, Cloud Map and X-Ray       (4566)
  --no-watch        do not roll services when a source changes
  --service <name>  only this service and what it calls
  --state <folder>  of the database, secrets and logs             (.fairlead)
  --help            this text

FAIRLEAD_POSTGRES_URL names a Postgres server to use in place of the one that comes with the twin; its user must be
a superuser: postgres://postgres:password@localhost:5432/postgres`;

/** Reads the command line. @throws {UserError} for an unknown option or a value that it does not take */
export function parseOptions(args: readonly string[]): Options | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  return {
    stack: values.stack,
    port: parsePort('--port', values.port),
    awsPort: parsePort('--aws-port', values['aws-port']),
    watch: values.watch,
    ...(values.service !== undefined && { service: values.service }),
    state: values.state,
  };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      allowNegative: true,
      options: {
        stack: { type: 'string', default: 'dev' },
        port: { type: 'string', default: '8080' },
        'aws-port': { type: 'string', default: '4566' },
        watch: { type: 'boolean', default: true },
        service: { type: 'string' },
        state: { type: 'string', default: '.fairlead' },
        help: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
}

function parsePort(option: string, text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65535) return port;
  throw new UserError(`${option} must be a port from 0 (any free one) to 65535, not "${text}"`);
}
