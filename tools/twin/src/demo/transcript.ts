import type { Exchange } from './shop.ts';

/** Thrown where the shop did something else than the story says. */
export class StoryError extends Error {
  override readonly name = 'StoryError';
}

const METHOD_WIDTH = 6;
const REQUEST_WIDTH = 64;

/** Writes a story down as it happens: steps with what was asked, what was answered and what it means. */
export class Transcript {
  readonly #write: (text: string) => void;
  #steps = 0;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  step(title: string): void {
    this.#steps += 1;
    this.#write(`\n${String(this.#steps).padStart(2)}  ${title}\n`);
  }

  /** One exchange, with what is worth knowing of it. @throws {StoryError} where the status is another one */
  exchange({ method, path, status, body }: Exchange, expected: number, meaning: string): void {
    const request = `${method.padEnd(METHOD_WIDTH)} ${path}`.padEnd(REQUEST_WIDTH);
    this.#write(`    ${request} ${status}  ${status === expected ? meaning : 'not what the story says'}\n`);
    if (status === expected) return;
    throw new StoryError(`${method} ${path} was answered ${status} and not ${expected}: ${JSON.stringify(body)}`);
  }

  text(text: string): void {
    this.#write(`${text.replace(/^(?=.)/gm, '    ')}\n`);
  }
}
