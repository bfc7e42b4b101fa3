import type { Dispatcher } from 'undici';

/** One HTTP answer, whole. */
export interface Answer {
  status: number;
  /** By lower-case name. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Buffer;
}

/**
 * Why there is no answer: no connection could be made, it broke off, it took too long, too much came back, there are too many
 * requests to the same instance, HTTP cannot express the request, or this process is about to end.
 */
export type ExchangeFault = 'unreachable' | 'broken' | 'late' | 'too-large' | 'crowded' | 'unsendable' | 'closed';

export class ExchangeError extends Error {
  override readonly name = 'ExchangeError';
  readonly fault: ExchangeFault;
  /** Whether some of the request may have arrived, so that it may have been done. */
  readonly sent: boolean;

  constructor(fault: ExchangeFault, message: string, options: { sent: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.fault = fault;
    this.sent = options.sent;
  }
}

/** As much as a service reads of an answer. */
export const MAX_ANSWER_BYTES = 1024 * 1024;

/** Collects one answer. It is settled once; after {@link stop} the connection is closed, which tells the callee to stop too. */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #result = Promise.withResolvers<Answer>();
  readonly #onOver: () => void;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #status = 0;
  #headers: Answer['headers'] = {};
  #controller: Dispatcher.DispatchController | undefined;
  #sent = false;
  #stopped: Error | undefined;

  /** @param onOver called when its connection is free for the next one, or gone */
  constructor(onOver: () => void) {
    this.#onOver = onOver;
  }

  get answer(): Promise<Answer> {
    return this.#result.promise;
  }

  /** Whether it got a connection and was written to it. */
  get sent(): boolean {
    return this.#sent;
  }

  /** Ends it with this reason. */
  stop(reason: Error): void {
    this.#stopped ??= reason;
    this.#result.reject(reason);
    this.#controller?.abort(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#stopped) controller.abort(this.#stopped);
    else this.#sent = true;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Answer['headers']): void {
    // Also called for 1xx, which come before.
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes <= MAX_ANSWER_BYTES) this.#chunks.push(chunk);
    else this.stop(new ExchangeError('too-large', `the answer exceeds ${MAX_ANSWER_BYTES} bytes`, { sent: true }));
  }

  onResponseEnd(): void {
    this.#onOver();
    const [first, ...more] = this.#chunks;
    const body = first && more.length === 0 ? first : Buffer.concat(this.#chunks);
    this.#result.resolve({ status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#onOver();
    this.#result.reject(this.#describe(error));
  }

  #describe(error: Error): ExchangeError {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'UND_ERR_INVALID_ARG') {
      return new ExchangeError('unsendable', 'the request is not valid HTTP', { sent: false, cause: error });
    }
    return this.#sent
      ? new ExchangeError('broken', 'the connection broke off', { sent: true, cause: error })
      : new ExchangeError('unreachable', 'no connection could be made', { sent: false, cause: error });
  }
}
