import { Breaker, type Outcome } from './breaker.ts';
import type { DiscoveryEvent, Instance, Lease } from './discovery.ts';

export interface BalancerOptions {
  /** The availability zone of this task; without it, all zones are alike. */
  zone?: string | undefined;
  onEvent?: (event: DiscoveryEvent) => void;
  /** Milliseconds of a monotonic clock. @default performance.now */
  now?: () => number;
  /** @default Math.random */
  random?: () => number;
}

/** An instance with what this process knows of it. */
interface Member {
  readonly instance: Instance;
  readonly breaker: Breaker;
  /** Requests that it has not answered yet. */
  outstanding: number;
}

/** Spreads the requests of this process over the instances of one service, and leaves out those that fail. */
export class Balancer {
  readonly #service: string;
  readonly #zone: string | undefined;
  readonly #onEvent: (event: DiscoveryEvent) => void;
  readonly #now: () => number;
  readonly #random: () => number;
  #instances: readonly Instance[] = [];
  #members: readonly Member[] = [];

  constructor(service: string, options: BalancerOptions = {}) {
    this.#service = service;
    this.#zone = options.zone;
    this.#onEvent = options.onEvent ?? (() => undefined);
    this.#now = options.now ?? (() => performance.now());
    this.#random = options.random ?? Math.random;
  }

  /** Takes over which instances there are. What is known of those that stay is kept, the rest is forgotten. */
  update(instances: readonly Instance[]): void {
    if (instances === this.#instances) return;
    this.#instances = instances;
    const known = new Map(this.#members.map((member) => [keyOf(member.instance), member]));
    this.#members = instances.map(
      (instance) => known.get(keyOf(instance)) ?? { instance, breaker: new Breaker(), outstanding: 0 },
    );
  }

  /** Picks an instance for a request; undefined where there is none at all. */
  acquire(avoid: ReadonlySet<string>): Lease | undefined {
    const usable = this.#findUsable(this.#now());
    const isOther = ({ instance }: Member) => !avoid.has(instance.id);
    const candidates = [usable.filter(isOther), this.#members.filter(isOther), usable].find(({ length }) => length > 0);
    const member = candidates && this.#pickOf(preferZone(candidates, this.#zone));
    return member && this.#lease(member);
  }

  /** All but the open ones, of which at most half of the instances stay out: those with the longest time to go. */
  #findUsable(now: number): readonly Member[] {
    const open = this.#members.filter(({ breaker }) => !breaker.admits(now));
    if (open.length === 0) return this.#members;
    const leftOut = open
      .toSorted((one, other) => (other.breaker.openUntil ?? 0) - (one.breaker.openUntil ?? 0))
      .slice(0, Math.floor(this.#members.length / 2));
    return this.#members.filter((member) => !leftOut.includes(member));
  }

  /** The less loaded of two: near the best choice without herding to it, as all callers would to the least loaded one. */
  #pickOf(candidates: readonly Member[]): Member | undefined {
    const first = Math.floor(this.#random() * candidates.length);
    if (candidates.length === 1) return candidates[first];
    const second = (first + 1 + Math.floor(this.#random() * (candidates.length - 1))) % candidates.length;
    const [one, other] = [candidates[first], candidates[second]];
    return one && other && other.outstanding < one.outstanding ? other : one;
  }

  #lease(member: Member): Lease {
    const end = member.breaker.begin();
    member.outstanding += 1;
    let isOver = false;
    const finish = (outcome: Outcome) => {
      if (isOver) return;
      isOver = true;
      member.outstanding -= 1;
      const { instance } = member;
      const change = end(outcome, this.#now());
      if (!change) return;
      if (change.type === 'closed') this.#onEvent({ type: 'instance-restored', service: this.#service, instance });
      else this.#onEvent({ type: 'instance-ejected', service: this.#service, instance, forMs: change.forMs });
    };
    return {
      instance: member.instance,
      succeed: () => {
        finish('succeeded');
      },
      fail: (how) => {
        finish(how ?? 'failed');
      },
      release: () => {
        finish('unknown');
      },
    };
  }
}

const keyOf = ({ id, host, port, zone }: Instance) => JSON.stringify([id, host, port, zone]);

/**
 * Those in the zone, where they can bear the callers of the zone: at least two, and as many as its even share of all. Traffic
 * between zones takes longer and is paid for.
 */
function preferZone(members: readonly Member[], zone: string | undefined): readonly Member[] {
  const near = members.filter(({ instance }) => zone !== undefined && instance.zone === zone);
  const zones = new Set(members.map(({ instance }) => instance.zone));
  return near.length >= Math.max(2, Math.floor(members.length / zones.size)) ? near : members;
}
