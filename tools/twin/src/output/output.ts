import type { LogFiles } from './log-files.ts';
import { asText, formatLine } from './format-line.ts';

export interface OutputOptions {
  stream: NodeJS.WritableStream;
  /** Lines for a person; otherwise one JSON object a line. */
  readable: boolean;
  colour: boolean;
  files: LogFiles;
}

/** Where a line comes from. */
export interface LineSource {
  service: string;
  /** The id of the task; absent for the parts of the twin. */
  task?: string;
}

/** What the twin and its tasks say, on the terminal and in files. */
export class Output {
  readonly #options: OutputOptions;
  /** Lines for a person that wait for the announcement, so that it stands first. */
  #held: string[] | undefined;

  constructor(options: OutputOptions) {
    this.#options = options;
    if (options.readable) this.#held = [];
  }

  get isReadable(): boolean {
    return this.#options.readable;
  }

  /** Something that the twin itself has to say. A warning does not wait, nor what led to it. */
  event(level: 'info' | 'warn' | 'error', message: string, fields: Record<string, unknown> = {}): void {
    if (level !== 'info') this.release();
    this.line({ service: 'twin' }, JSON.stringify({ level, time: new Date().toISOString(), message, ...fields }));
  }

  /** A line that a process wrote, JSON or not. Metrics are for CloudWatch: they are kept, not shown. */
  line(source: LineSource, text: string): void {
    if (isMetrics(text)) {
      this.keep(source, text);
      return;
    }
    const record = toRecord(source, text);
    const json = JSON.stringify(record);
    this.#options.files.write(source.service, json);
    const { stream, readable, colour } = this.#options;
    const written = readable ? formatLine(record, colour) : json;
    if (this.#held) this.#held.push(written);
    else stream.write(`${written}\n`);
  }

  /** A line that is kept in the file of its service only. */
  keep(source: LineSource, text: string): void {
    this.#options.files.write(source.service, JSON.stringify(toRecord(source, text)));
  }

  /** Writes what was held back; from now on every line is written at once. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const line of held) this.#options.stream.write(`${line}\n`);
  }

  /** Lines that only a person needs. */
  text(lines: readonly string[]): void {
    if (this.#options.readable) this.#options.stream.write(`${lines.join('\n')}\n`);
  }
}

export type LogRecord = Record<string, unknown> & { service: string; level: string; time: string; message: string };

function toRecord({ service, task }: LineSource, text: string): LogRecord {
  const logged = parseObject(text) ?? { message: text };
  const { level = 'info', time = new Date().toISOString(), message = '', ...fields } = logged;
  return { level: asText(level), time: asText(time), message: asText(message), ...fields, service, task };
}

/** How CloudWatch tells embedded metrics from other lines: their first member. */
const isMetrics = (text: string) => text.startsWith('{"_aws":');

function parseObject(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
