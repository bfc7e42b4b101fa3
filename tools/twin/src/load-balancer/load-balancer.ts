import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { ListenerAction, ListenerRule, PlayedResources } from '../graph/resources.ts';
import { listenOn } from '../ports.ts';
import { answer, forward } from './forward.ts';
import { findActions } from './listener-rules.ts';
import { TargetGroup } from './target-group.ts';
import { findTraceId, toTraceHeader } from './trace-header.ts';

/** The resources of the graph that the entrance plays. */
export type EntranceResources = Pick<PlayedResources, 'loadBalancers' | 'listeners' | 'listenerRules' | 'targetGroups'>;

/** A request that a target has answered, or failed to. */
export interface AnsweredRequest {
  /** As X-Ray writes it. */
  traceId: string;
  method: string;
  path: string;
  status: number;
  /** In milliseconds since 1970, like the end. */
  startedAt: number;
  endedAt: number;
}

/** The entrance: one listener of the graph with its rules and target groups. Until it is configured it answers 503. */
export class LoadBalancer implements AsyncDisposable {
  readonly port: number;
  readonly #server: Server;
  #targetGroups: ReadonlyMap<string, TargetGroup> = new Map();
  #rules: readonly ListenerRule[] = [];
  #defaultActions: readonly ListenerAction[] = [];
  #onAnswered: (answered: AnsweredRequest) => void = () => undefined;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
    server.on('request', (request, response) => {
      this.#route(request, response);
    });
  }

  /** Listens on a port, or on a free one where that is taken. */
  static async listen(preferredPort: number): Promise<LoadBalancer> {
    const server = createServer();
    return new LoadBalancer(server, await listenOn(server, preferredPort));
  }

  /** From now on the listener is told of every request that was sent on, once it is over. */
  onAnswered(listener: (answered: AnsweredRequest) => void): void {
    this.#onAnswered = listener;
  }

  /** From now on requests are routed by the rules of the graph. */
  configure({ loadBalancers, listeners, listenerRules, targetGroups }: EntranceResources): void {
    // A listener that only redirects to HTTPS has no rules: the entrance plays the one that has, over plain HTTP.
    const listener =
      listeners.find(({ arn }) => listenerRules.some(({ listenerArn }) => listenerArn === arn)) ?? listeners[0];
    this.#rules = listenerRules.filter(({ listenerArn }) => listenerArn === listener?.arn);
    this.#defaultActions = listener?.defaultActions ?? [];
    const { idleTimeout = 60 } = loadBalancers.find(({ arn }) => arn === listener?.loadBalancerArn) ?? {};
    this.#server.keepAliveTimeout = idleTimeout * 1000;
    this.#targetGroups = new Map(targetGroups.map((group) => [group.arn, new TargetGroup(group, idleTimeout)]));
  }

  get targetGroups(): ReadonlyMap<string, TargetGroup> {
    return this.#targetGroups;
  }

  /** Stops answering; a second call finds nothing to do. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #route(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url?.split('?', 1)[0] ?? '/';
    const host = request.headers.host?.replace(/:\d+$/, '') ?? '';
    const action = findActions(this.#rules, this.#defaultActions, { host, path }).at(-1);
    const target = this.#targetGroups.get(action?.targetGroupArn ?? '')?.choose();
    if (target) {
      const trace = toTraceHeader(request.headers['x-amzn-trace-id']);
      this.#observe(response, { trace, method: request.method ?? '', path });
      forward(request, response, { target, trace });
    } else if (action?.type === 'fixed-response') answerFixed(response, action);
    else answer(response, '503 Service Temporarily Unavailable');
  }

  #observe(response: ServerResponse, { trace, method, path }: { trace: string; method: string; path: string }): void {
    const traceId = findTraceId(trace);
    if (traceId === undefined) return;
    const startedAt = performance.now();
    response.once('close', () => {
      const endedAt = Date.now();
      const durationMs = performance.now() - startedAt;
      this.#onAnswered({
        traceId,
        method,
        path,
        status: response.statusCode,
        startedAt: endedAt - durationMs,
        endedAt,
      });
    });
  }
}

function answerFixed(response: ServerResponse, { fixedResponse }: ListenerAction): void {
  const { statusCode = '503', contentType = 'text/plain', messageBody = '' } = fixedResponse ?? {};
  response
    .writeHead(Number(statusCode), { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(messageBody) })
    .end(messageBody);
}
