import type { Cluster } from './ecs/cluster.ts';
import type { State } from './state.ts';

/** What `.fairlead/twin.json` holds while the twin runs. */
export interface TwinStatus {
  /** The URL of the load balancer. */
  entrance: string;
  /** What `AWS_ENDPOINT_URL` is set to. */
  aws: string;
  services: {
    name: string;
    desired: number;
    tasks: { id: string; pid: number; port: number; status: string }[];
  }[];
}

export const describeCluster = ({ services }: Cluster): TwinStatus['services'] =>
  services.map(({ name, desired, tasks }) => ({
    name,
    desired,
    tasks: tasks.map(({ id, pid, port, status }) => ({ id, pid, port, status })),
  }));

/** Keeps `twin.json` up to date: changes that come together are written once, in order. */
export class StatusFile {
  readonly #state: State;
  readonly #describe: () => TwinStatus;
  readonly #onError: (error: unknown) => void;
  #pending = false;
  #written = Promise.resolve();

  /** @param onError told when the file cannot be written */
  constructor(state: State, describe: () => TwinStatus, onError: (error: unknown) => void) {
    this.#state = state;
    this.#describe = describe;
    this.#onError = onError;
  }

  update(): void {
    if (this.#pending) return;
    this.#pending = true;
    const write = async (): Promise<void> => {
      this.#pending = false;
      await this.#state.write('twin.json', this.#describe());
    };
    this.#written = this.#written.then(write).catch(this.#onError);
  }

  /** Resolves when the file holds the last change. */
  async flush(): Promise<void> {
    await this.#written;
  }
}
