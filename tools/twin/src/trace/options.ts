import { parseArgs } from 'node:util';
import { UserError } from '../errors.ts';

/** How a trace is asked for. */
export type Wanted = { traceId: string } | { requestId: string } | 'latest';

export interface TraceOptions {
  wanted: Wanted;
  /** The folder of the twin. */
  state: string;
}

export const USAGE = `Shows a trace of the platform that runs on this machine: npm run trace -- [id] [options]

  id                of a trace, as 1-58406520-a006649127e371903a2de979 or 32 hexadecimal digits,
                    or of a request (X-Request-Id); absent: the latest traces
  --state <folder>  of the twin                                   (.fairlead)
  --help            this text`;

const AMAZON_ID = /^1-([0-9a-f]{8})-([0-9a-f]{24})$/i;
const STANDARD_ID = /^([0-9a-f]{8})([0-9a-f]{24})$/i;

/** What services take for the id of a request. */
const REQUEST_ID = /^[A-Za-z0-9][A-Za-z0-9._:=-]{7,127}$/;

/** Reads the command line. @throws {UserError} for what it does not take */
export function parseTraceOptions(args: readonly string[]): TraceOptions | 'help' {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  const [id, ...more] = positionals;
  if (more.length > 0) throw new UserError(`one id at a time, not ${positionals.length}\n\n${USAGE}`);
  return { wanted: id === undefined ? 'latest' : parseId(id), state: values.state };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { state: { type: 'string', default: '.fairlead' }, help: { type: 'boolean', default: false } },
    });
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
}

function parseId(text: string): Wanted {
  const [, time, rest] = AMAZON_ID.exec(text) ?? STANDARD_ID.exec(text) ?? [];
  if (time !== undefined && rest !== undefined) return { traceId: `1-${time}-${rest}`.toLowerCase() };
  if (REQUEST_ID.test(text)) return { requestId: text };
  throw new UserError(
    `an id must be 1-<8 hexadecimal digits>-<24>, 32 hexadecimal digits, or the X-Request-Id of a request, not "${text}"`,
  );
}
