import { Balancer, type BalancerOptions } from './balancer.ts';
import type { Discovery, Instance, Lease } from './discovery.ts';
import { createNoInstances } from './problems.ts';

const NOTHING_TO_AVOID: ReadonlySet<string> = new Set();

/** Knows the instances of every service from the start. */
export class StaticDiscovery implements Discovery {
  readonly #balancers: ReadonlyMap<string, Balancer>;

  constructor(instances: Readonly<Record<string, readonly Instance[]>>, options: BalancerOptions = {}) {
    this.#balancers = new Map(
      Object.entries(instances).map(([service, known]) => {
        const balancer = new Balancer(service, options);
        balancer.update(known);
        return [service, balancer];
      }),
    );
  }

  acquire(service: string, avoid = NOTHING_TO_AVOID): Promise<Lease> {
    const lease = this.#balancers.get(service)?.acquire(avoid);
    return lease ? Promise.resolve(lease) : Promise.reject(createNoInstances(service));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}
