import { findRequestContext } from '@fairlead/request-context';
import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import { redactLine } from './redact.ts';

/** Object first, constant lower-case message second: `logger.info({ port }, 'listening')`. */
export type Logger = PinoLogger;

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

export interface LoggerOptions {
  level: (typeof LOG_LEVELS)[number];
  /** Fields of every line: the service and its environment. */
  fields: Readonly<Record<string, string>>;
  /** @default standard output */
  destination?: DestinationStream;
}

/** Makes a logger that writes one JSON object a line, in UTC, with the request's context and without secrets. */
export function createLogger({ level, fields, destination = standardOutput() }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: fields,
      messageKey: 'message',
      errorKey: 'error',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      mixin: describeRequest,
      serializers: { error: describeError },
    },
    {
      write(line) {
        destination.write(redactLine(line));
      },
    },
  );
}

/** A new object each time: pino writes the fields of the line into the one that it is given. */
function describeRequest(): Record<string, string> {
  const context = findRequestContext();
  return context ? { requestId: context.requestId, traceId: context.trace.traceId } : {};
}

/** Synchronous, so that the last line before an exit or a crash is not lost. */
const standardOutput = () => pino.destination({ dest: 1, sync: true });

interface DescribedError {
  type: string;
  message: string;
  code?: unknown;
  stack?: string | undefined;
  cause?: DescribedError | string;
}

/** Only these fields: libraries hang requests, connections and query parameters on their errors. */
function describeError(error: unknown): DescribedError | string {
  if (!(error instanceof Error)) return String(error);
  return {
    type: error.name,
    message: error.message,
    ...('code' in error && { code: error.code }),
    stack: error.stack,
    ...(error.cause !== undefined && { cause: describeError(error.cause) }),
  };
}
