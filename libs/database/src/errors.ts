import { databaseUnavailable, type Problem } from '@fairlead/problem';
import pg from 'pg';

const RETRY_AFTER_SECONDS = 1;

/**
 * SQLSTATEs that say "not now" and nothing about the statement: the connection classes, shutdown and start-up, exhausted
 * connections, cancelled statements, locks not granted in time, and a login that has just been rotated.
 * https://www.postgresql.org/docs/18/errcodes-appendix.html
 */
const UNAVAILABLE_STATE = /^(08...|57P0.|57014|53...|55P03|25P03|28P01|28000)$/;

const NETWORK_CODES = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
];

/** What `pg` and `pg-pool` throw without a code when a connection is lost, or is not had or answered in time. */
const CLIENT_MESSAGES = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Query read timeout',
  'Client has encountered a connection error',
  'Client was closed',
];

/** Turns a failure to reach Postgres into the problem that callers get; anything else is returned as it is. */
export const translateError = (error: unknown): unknown => (isUnavailable(error) ? unavailable(error) : error);

/** The problem that callers get where Postgres cannot be used, whatever the reason. */
export const unavailable = (cause: unknown): Problem =>
  databaseUnavailable('the database cannot be used at the moment', {
    cause,
    headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) },
  });

function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof pg.DatabaseError) return UNAVAILABLE_STATE.test(error.code ?? '');
  if ('code' in error && NETWORK_CODES.includes(String(error.code))) return true;
  return CLIENT_MESSAGES.some((message) => error.message.includes(message));
}

/** Whether Postgres answered and did not take the role or its password. */
export const isLoginRefused = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && (error.code === '28P01' || error.code === '28000');

/** Whether the connection that an error came from can still be used: Postgres answered, and did not close it. */
export const isConnectionUsable = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.severity !== 'FATAL';

/** Whether a write was refused because another row already has the value of this unique constraint. */
export const violatesUnique = (error: unknown, constraint: string): boolean =>
  error instanceof pg.DatabaseError && error.code === '23505' && error.constraint === constraint;
