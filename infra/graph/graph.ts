/** Everything that the program makes for one stack, as the twin and the policies read it. */
export interface Graph {
  project: string;
  stack: string;
  region: string;
  accountId: string;
  /** In order of URN. */
  resources: GraphResource[];
  /** What the program exports. */
  outputs: Properties;
}

export interface GraphResource {
  urn: string;
  /** Pulumi's token, such as `aws:ecs/service:Service`. */
  type: string;
  name: string;
  parent: string | null;
  /** Whether it exists in a cloud; a component only groups others. */
  custom: boolean;
  /** What the cloud calls it; components have none. */
  id: string | null;
  inputs: Properties;
  /** The inputs with what the cloud adds: id, ARN, address. */
  outputs: Properties;
  /** URNs of what must exist before it. */
  dependsOn: string[];
  options: ResourceOptions;
}

export interface ResourceOptions {
  protect?: true;
  ignoreChanges?: string[];
  deleteBeforeReplace?: true;
  customTimeouts?: CustomTimeouts;
}

/** Durations such as `15m`. */
export interface CustomTimeouts {
  create?: string;
  update?: string;
  delete?: string;
}

export type Properties = Record<string, unknown>;
