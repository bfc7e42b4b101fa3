import { createWriteStream, existsSync, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';

const ROTATE_BYTES = 10 * 1024 * 1024;

/** Keeps every line of every service in a file of its name, and one older file of each. */
export class LogFiles implements Disposable {
  readonly #folder: string;
  readonly #streams = new Map<string, WriteStream>();

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  write(service: string, line: string): void {
    const stream = this.#streams.get(service) ?? this.#open(service);
    stream.write(`${line}\n`);
    if (stream.bytesWritten <= ROTATE_BYTES) return;
    this.#streams.delete(service);
    stream.end();
  }

  [Symbol.dispose](): void {
    for (const stream of this.#streams.values()) stream.end();
  }

  #open(service: string): WriteStream {
    const file = join(this.#folder, `${service}.log`);
    if (existsSync(file) && statSync(file).size > ROTATE_BYTES) renameSync(file, `${file}.1`);
    const stream = createWriteStream(file, { flags: 'a', mode: 0o600 });
    // A folder that somebody removed meanwhile costs its lines, not the platform.
    stream.on('error', () => undefined);
    this.#streams.set(service, stream);
    return stream;
  }
}
