import { inspect } from 'node:util';

const REDACTED = '[redacted]';

/** A value that must not be printed: it shows as `[redacted]` in logs, JSON and error messages. */
export class Secret<Value> {
  readonly #value: Value;

  constructor(value: Value) {
    this.#value = value;
  }

  /** The value itself; call it where the value is used, and keep no copy. */
  reveal(): Value {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}
