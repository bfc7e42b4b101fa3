import type {
  MockCallArgs,
  MockCallResult,
  MockResourceArgs,
  MockResourceResult,
} from '@pulumi/pulumi/runtime/index.js';
import type { Mocks } from '@pulumi/pulumi/runtime/mocks.js';
import { answerOf } from './answers.ts';
import { ACCOUNT_ID, Asked, type LocalAddresses } from './asked.ts';
import type { Properties } from './graph.ts';

/** A provider whose cloud is this laptop: every resource exists at once, under an id that depends on its name only. */
export class LocalCloud implements Mocks {
  readonly #region: string;
  readonly #addresses: LocalAddresses;
  readonly #made = new Set<string>();

  constructor(region: string, addresses: LocalAddresses) {
    this.#region = region;
    this.#addresses = addresses;
  }

  newResource(resource: MockResourceArgs): MockResourceResult {
    const inputs = resource.inputs as Properties;
    if (!resource.custom) return { id: undefined, state: inputs };
    this.#claim(`${resource.type} ${resource.name}`);
    const { id, ...outputs } = answerOf(new Asked(resource, this.#region, this.#addresses));
    return { id, state: { ...inputs, id, ...outputs } };
  }

  /** Ids follow from type and name: two resources of one name would be taken for each other. */
  #claim(resource: string): void {
    if (this.#made.has(resource)) throw new Error(`two resources are called ${resource}; give one another name`);
    this.#made.add(resource);
  }

  call({ token }: MockCallArgs): MockCallResult {
    switch (token) {
      case 'aws:index/getCallerIdentity:getCallerIdentity':
        return { id: ACCOUNT_ID, accountId: ACCOUNT_ID };
      case 'aws:index/getRegion:getRegion':
        return { id: this.#region, region: this.#region };
      case 'aws:index/getAvailabilityZones:getAvailabilityZones':
        return { id: this.#region, names: ['a', 'b', 'c'].map((zone) => `${this.#region}${zone}`) };
      default:
        throw new Error(`the local cloud has no answer to ${token}; add one to infra/graph/local-cloud.ts`);
    }
  }
}
