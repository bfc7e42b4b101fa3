import { createHash } from 'node:crypto';
import type { MockResourceArgs } from '@pulumi/pulumi/runtime/index.js';
import type { Properties } from './graph.ts';

/** Where the things that AWS would run are found on this machine. */
export interface LocalAddresses {
  postgres: Address;
  entrance: Address;
}

interface Address {
  host: string;
  port: number;
}

/** The account number of the examples in AWS's documentation. */
export const ACCOUNT_ID = '123456789012';

/** A resource that the program makes, and the words in which its answer is given. */
export class Asked {
  readonly type: string;
  readonly inputs: Properties;
  readonly addresses: LocalAddresses;
  readonly #name: string;
  readonly #region: string;

  constructor(resource: MockResourceArgs, region: string, addresses: LocalAddresses) {
    this.type = resource.type;
    this.inputs = resource.inputs as Properties;
    this.addresses = addresses;
    this.#name = resource.name;
    this.#region = region;
  }

  get region(): string {
    return this.#region;
  }

  /** Hexadecimal digits that follow from the resource's type and name, at most 64. */
  hex(length: number): string {
    return createHash('sha256').update(`${this.type} ${this.#name}`).digest('hex').slice(0, length);
  }

  /** The physical name: the given one, or one made unique as the AWS provider does. */
  get physicalName(): string {
    return this.text('name') ?? `${this.#name}-${this.hex(7)}`;
  }

  /** An input that is text. */
  text(key: string): string | undefined {
    const value = this.inputs[key];
    return typeof value === 'string' ? value : undefined;
  }

  arn(service: string, resource: string): string {
    return `arn:aws:${service}:${this.#region}:${ACCOUNT_ID}:${resource}`;
  }
}
