import { setTimeout as delay } from 'node:timers/promises';
import type { TargetGroupResource } from '../graph/resources.ts';
import { Target, type Address } from './target.ts';

const POLL_MS = 20;

/** The targets that one listener rule sends requests to. */
export class TargetGroup {
  readonly #definition: TargetGroupResource;
  readonly #idleTimeoutSeconds: number;
  readonly #targets = new Set<Target>();

  /** @param idleTimeoutSeconds of the load balancer: it gives up on a target that sends nothing for so long */
  constructor(definition: TargetGroupResource, idleTimeoutSeconds: number) {
    this.#definition = definition;
    this.#idleTimeoutSeconds = idleTimeoutSeconds;
  }

  register(address: Address): Target {
    const target = new Target(address, this.#definition.healthCheck, this.#idleTimeoutSeconds);
    this.#targets.add(target);
    return target;
  }

  /** Sends it no new requests, and resolves when those under way are over or the deregistration delay is. */
  async deregister(target: Target): Promise<void> {
    target.drain();
    const deadline = Date.now() + this.#definition.deregistrationDelay * 1000;
    while (target.outstanding > 0 && Date.now() < deadline) await delay(POLL_MS);
    this.#targets.delete(target);
    target[Symbol.dispose]();
  }

  /** The healthy target with the fewest requests under way; where none is healthy, any that was, as AWS fails open. */
  choose(): Target | undefined {
    const targets = [...this.#targets];
    const healthy = targets.filter(({ health }) => health === 'healthy');
    const candidates = healthy.length > 0 ? healthy : targets.filter(({ health }) => health === 'unhealthy');
    const chosen = candidates.reduce<Target | undefined>(
      (best, target) => (best && best.outstanding <= target.outstanding ? best : target),
      undefined,
    );
    if (chosen) this.#rotate(chosen);
    return chosen;
  }

  /** Among equals the one that waited longest comes first. */
  #rotate(target: Target): void {
    this.#targets.delete(target);
    this.#targets.add(target);
  }
}
