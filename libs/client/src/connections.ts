import { times } from '@fairlead/manifest/times';
import { Pool } from 'undici';
import { Exchange, ExchangeError, type Answer } from './exchange.ts';
import { Line } from './line.ts';

const CONNECTIONS_PER_INSTANCE = 64;
const MAX_REQUESTS_PER_INSTANCE = 1024;

/** After that time its connections are closed long since, and it only takes up memory. */
const UNUSED_POOL_MS = times.client.connectionAgeSeconds * 1000;

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  headers: Record<string, string>;
  body: string | null;
}

export interface ExchangeOptions {
  /** Ends the exchange early; it rejects with the signal's reason. */
  signal: AbortSignal;
  timeoutMs: number;
}

export interface Address {
  host: string;
  port: number;
}

interface InstancePool {
  readonly pool: Pool;
  /** One for each connection, and those that wait for one. */
  readonly line: Line;
  usedAt: number;
}

/** The connections of this process to the instances of other services, kept between calls. Dispose of it to close them. */
export class Connections implements AsyncDisposable {
  readonly #pools = new Map<string, InstancePool>();
  /** Those that take no new request and end with the last one they have. */
  readonly #closing = new Set<Pool>();
  #isDisposed = false;

  /** How many instances it holds connections for. */
  get size(): number {
    return this.#pools.size;
  }

  /**
   * Sends a request and reads the whole answer.
   * @throws {ExchangeError}, or the reason of the signal
   */
  async exchange({ host, port }: Address, request: HttpRequest, options: ExchangeOptions): Promise<Answer> {
    options.signal.throwIfAborted();
    if (this.#isDisposed) throw new ExchangeError('closed', 'the connections are disposed of', { sent: false });
    const origin = `http://${host}:${port}`;
    const connections = this.#getPool(origin);
    const { line, pool } = connections;
    if (line.length >= MAX_REQUESTS_PER_INSTANCE) {
      throw new ExchangeError('crowded', `${line.length} requests wait for ${origin}`, { sent: false });
    }
    connections.usedAt = performance.now();
    const exchange = new Exchange(() => {
      line.leave();
    });
    const start = () => {
      pool.dispatch({ ...request, origin }, exchange);
    };
    const removeLimits = limit(exchange, options);
    try {
      line.enter(start);
      return await exchange.answer;
    } catch (error) {
      line.giveUp(start);
      // A connection that cannot be made says that the others lead nowhere: the next request makes a new one.
      if (error instanceof ExchangeError && error.fault === 'unreachable') this.#close(origin, connections);
      throw error;
    } finally {
      removeLimits();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    const pools = [...[...this.#pools.values()].map(({ pool }) => pool), ...this.#closing];
    this.#pools.clear();
    await Promise.all(pools.map((pool) => pool.destroy()));
  }

  #getPool(origin: string): InstancePool {
    const known = this.#pools.get(origin);
    if (known) return known;
    this.#forgetUnused();
    const created = { pool: createPool(origin), line: new Line(CONNECTIONS_PER_INSTANCE), usedAt: performance.now() };
    this.#pools.set(origin, created);
    return created;
  }

  /** Only a new address adds to the pools, so that is when those of instances that are gone are looked for. */
  #forgetUnused(): void {
    const now = performance.now();
    for (const [origin, connections] of this.#pools) {
      if (connections.line.length === 0 && now - connections.usedAt > UNUSED_POOL_MS) this.#close(origin, connections);
    }
  }

  #close(origin: string, connections: InstancePool): void {
    if (this.#pools.get(origin) !== connections) return;
    this.#pools.delete(origin);
    const { pool } = connections;
    this.#closing.add(pool);
    void pool.close().finally(() => this.#closing.delete(pool));
  }
}

/** Stops the exchange when its time is over or its signal is aborted; gives what undoes that. */
function limit(exchange: Exchange, { signal, timeoutMs }: ExchangeOptions): () => void {
  const timer = setTimeout(() => {
    const { sent } = exchange;
    exchange.stop(new ExchangeError('late', `no answer within ${Math.round(timeoutMs)} ms`, { sent }));
  }, timeoutMs);
  const cancel = () => {
    exchange.stop(signal.reason as Error);
  };
  signal.addEventListener('abort', cancel);
  return () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
  };
}

const createPool = (origin: string): Pool => {
  const { keepAliveSeconds, connectionAgeSeconds, connectTimeoutMs } = times.client;
  return new Pool(origin, {
    connections: CONNECTIONS_PER_INSTANCE,
    clientTtl: connectionAgeSeconds * 1000,
    connectTimeout: connectTimeoutMs,
    keepAliveTimeout: keepAliveSeconds * 1000,
    // Else the `Keep-Alive` header of the server would prolong it.
    keepAliveMaxTimeout: keepAliveSeconds * 1000,
    allowH2: false,
    // Every exchange has a timer of its own, over all of it.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
};
