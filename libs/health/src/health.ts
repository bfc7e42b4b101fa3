/** Asks whether a dependency can be used; rejects with the reason where it cannot. */
export type Check = (signal: AbortSignal) => Promise<void>;

export interface HealthReport {
  status: 'pass' | 'warn' | 'fail';
  /** What each dependency answered, in the report of {@link Health.report}. */
  checks?: Record<string, { status: 'pass' | 'fail'; reason?: string }>;
}

const PASS: HealthReport = { status: 'pass' };
const FAIL: HealthReport = { status: 'fail' };

/** The state of a process as ECS and the load balancer may see it. Only `report` looks at dependencies. */
export class Health {
  readonly #checks = new Map<string, Check>();
  readonly #timeoutMs: number;
  #state: 'starting' | 'ready' | 'draining' = 'starting';

  /** @param timeoutMs how long a check may take before it counts as failed */
  constructor({ timeoutMs = 1000 }: { timeoutMs?: number } = {}) {
    this.#timeoutMs = timeoutMs;
  }

  addCheck(name: string, check: Check): void {
    this.#checks.set(name, check);
  }

  /** From now on the process wants requests. */
  ready(): void {
    if (this.#state === 'starting') this.#state = 'ready';
  }

  /** From now on the process wants no new requests. There is no way back. */
  drain(): void {
    this.#state = 'draining';
  }

  get isDraining(): boolean {
    return this.#state === 'draining';
  }

  /** Whether the process works at all. It never fails for a dependency: restarting a task mends no database. */
  liveness(): HealthReport {
    return PASS;
  }

  /** Whether the load balancer should send requests here. */
  readiness(): HealthReport {
    return this.#state === 'ready' ? PASS : FAIL;
  }

  /** What every dependency says; for people and alarms, never for a probe that can stop a task. */
  async report(): Promise<HealthReport> {
    const names = [...this.#checks.keys()];
    const results = await Promise.allSettled(names.map((name) => this.#run(name)));
    const checks = Object.fromEntries(
      results.map((result, index) => [
        names[index],
        result.status === 'fulfilled' ? { status: 'pass' } : failed(result.reason),
      ]),
    ) as NonNullable<HealthReport['checks']>;
    return { status: results.every(({ status }) => status === 'fulfilled') ? 'pass' : 'warn', checks };
  }

  async #run(name: string): Promise<void> {
    const signal = AbortSignal.timeout(this.#timeoutMs);
    const late = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        reject(new Error(`no answer within ${this.#timeoutMs} ms`));
      });
    });
    await Promise.race([this.#checks.get(name)?.(signal), late]);
  }
}

const failed = (reason: unknown) => ({
  status: 'fail',
  reason: reason instanceof Error ? reason.message : String(reason),
});
