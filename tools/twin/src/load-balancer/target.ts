import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { TargetGroupResource } from '../graph/resources.ts';

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html#target-health-states */
export type TargetHealth = 'initial' | 'healthy' | 'unhealthy' | 'draining';

export interface Address {
  host: string;
  port: number;
}

type HealthCheck = TargetGroupResource['healthCheck'];

/** A new target is looked at this often until it is first healthy; the load balancer of AWS waits for its interval. */
const INITIAL_INTERVAL_MS = 50;

/** One registered task of a target group: its health, its connections and the requests it is serving. */
export class Target implements Disposable {
  readonly address: Address;
  readonly agent: Agent;
  outstanding = 0;
  readonly #healthCheck: HealthCheck;
  readonly #removed = new AbortController();
  readonly #firstHealthy = Promise.withResolvers<undefined>();
  #health: TargetHealth = 'initial';
  #streak = 0;

  constructor(address: Address, healthCheck: HealthCheck, idleTimeoutSeconds: number) {
    this.address = address;
    this.agent = new Agent({ keepAlive: true, timeout: idleTimeoutSeconds * 1000 });
    this.#healthCheck = healthCheck;
    void this.#runHealthChecks();
  }

  get health(): TargetHealth {
    return this.#health;
  }

  /** Resolves when it first answers its health check. */
  get firstHealthy(): Promise<undefined> {
    return this.#firstHealthy.promise;
  }

  drain(): void {
    this.#health = 'draining';
  }

  [Symbol.dispose](): void {
    this.#removed.abort();
    this.agent.destroy();
  }

  async #runHealthChecks(): Promise<void> {
    const { signal } = this.#removed;
    while (!signal.aborted && this.#health !== 'draining') {
      this.#apply(await this.#check());
      const wait = this.#health === 'initial' ? INITIAL_INTERVAL_MS : this.#healthCheck.interval * 1000;
      await delay(wait, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** One passed check makes a new target healthy; later changes take as many in a row as the target group says. */
  #apply(passed: boolean): void {
    if (this.#health === 'draining') return;
    const isChange = passed !== (this.#health === 'healthy');
    this.#streak = isChange ? this.#streak + 1 : 0;
    const { healthyThreshold, unhealthyThreshold } = this.#healthCheck;
    if (
      this.#health === 'initial' ? passed : isChange && this.#streak >= (passed ? healthyThreshold : unhealthyThreshold)
    ) {
      this.#health = passed ? 'healthy' : 'unhealthy';
      this.#streak = 0;
      if (passed) this.#firstHealthy.resolve(undefined);
    }
  }

  #check(): Promise<boolean> {
    const { path, matcher, timeout } = this.#healthCheck;
    return new Promise((resolve) => {
      const probe = request({
        ...this.address,
        path,
        agent: false,
        headers: { 'User-Agent': 'ELB-HealthChecker/2.0' },
      });
      probe.setTimeout(timeout * 1000, () => probe.destroy(new Error('timed out')));
      probe.on('error', () => {
        resolve(false);
      });
      probe.on('response', (response) => {
        response.resume();
        resolve(matches(matcher, response.statusCode ?? 0));
      });
      probe.end();
    });
  }
}

/** A matcher is a status, a list or a range: `200`, `200,202`, `200-299`. */
function matches(matcher: string, status: number): boolean {
  return matcher.split(',').some((part) => {
    const [low, high = low] = part.split('-').map(Number);
    return low !== undefined && high !== undefined && status >= low && status <= high;
  });
}
