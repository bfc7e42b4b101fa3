import { randomBytes } from 'node:crypto';

/** One request to the shop and what it was answered. */
export interface Exchange {
  method: string;
  path: string;
  status: number;
  /** The parsed body; undefined where there is none. */
  body: unknown;
  headers: Headers;
}

export interface RequestOptions {
  token?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

const TIMEOUT_MS = 10_000;

/** The shop as its customers reach it. */
export class Shop {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Sends a request and gives whatever is answered. @throws where nothing is */
  async send(method: string, path: string, { token, body, headers }: RequestOptions = {}): Promise<Exchange> {
    const response = await fetch(new URL(path, this.#url), {
      method,
      headers: {
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    return { method, path, status: response.status, body: parse(text), headers: response.headers };
  }
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}

/** The id of a new trace, as X-Ray writes it: the version, the time in seconds, 96 random bits. */
export const createTraceId = (): string =>
  `1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
