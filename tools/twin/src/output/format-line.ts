import { styleText } from 'node:util';
import type { LogRecord } from './output.ts';

/** Wide enough for most names, so that messages stand below each other. */
const SOURCE_WIDTH = 16;
const TASK_ID_LENGTH = 6;

type Style = Parameters<typeof styleText>[0];

const LEVEL_STYLES = new Map<string, Style>([
  ['fatal', 'red'],
  ['error', 'red'],
  ['warn', 'yellow'],
  ['debug', 'dim'],
  ['trace', 'dim'],
]);

/** Fields that every line has, or that are shown in another way. */
const SHOWN_OTHERWISE = ['level', 'time', 'message', 'service', 'task', 'environment', 'requestId', 'error'];

/** Writes a log record as one line for a person; the stack of an error follows below it. */
export function formatLine(record: LogRecord, colour: boolean): string {
  const style = (format: Style, text: string) => (colour ? styleText(format, text, { validateStream: false }) : text);
  const { level, time, service, error } = record;
  const task = record.task as string | undefined;
  const source = task === undefined ? service : `${service}/${task.slice(0, TASK_ID_LENGTH)}`;
  const head = [style('dim', time.slice(11, 23)), style('cyan', source.padEnd(SOURCE_WIDTH))];
  const body = describe(record);
  const levelStyle = LEVEL_STYLES.get(level);
  const line = [...head, levelStyle ? style(levelStyle, `${level} ${body}`) : body].join('  ');
  return error === undefined ? line : `${line}\n${style('dim', describeError(error).replaceAll(/^/gm, '  '))}`;
}

function describe(record: LogRecord): string {
  if (record.message === 'request') {
    const { method, path, status, durationMs } = record;
    return `${String(method)} ${String(path)} ${String(status)} ${String(durationMs)} ms`;
  }
  const fields = Object.entries(record)
    .filter(([name]) => !SHOWN_OTHERWISE.includes(name))
    .map(([name, value]) => `${name}=${asText(value)}`);
  return [record.message, ...fields].join('  ');
}

export const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function describeError(error: unknown): string {
  const { stack, message, cause } = Object(error) as Record<'stack' | 'message' | 'cause', unknown>;
  const text = asText(stack ?? message ?? error);
  return cause === undefined ? text : `${text}\ncaused by ${describeError(cause)}`;
}
