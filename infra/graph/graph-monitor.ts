import type {
  RegisterResourceOutputsRequest,
  RegisterResourceRequest,
  RegisterResourceResponse,
} from '@pulumi/pulumi/proto/resource_pb.js';
import { MockMonitor } from '@pulumi/pulumi/runtime/mocks.js';
import { deserializeProperties } from '@pulumi/pulumi/runtime/rpc.js';
import type { CustomTimeouts, GraphResource, Properties, ResourceOptions } from './graph.ts';

type Callback<Response> = (error: unknown, response: Response | undefined) => void;

/** Takes the place of Pulumi's engine: keeps what the program registers, with the options that mocks are not shown. */
export class GraphMonitor extends MockMonitor {
  readonly #registered = new Map<string, GraphResource>();

  /** What was registered, in order of URN. */
  get registered(): GraphResource[] {
    return [...this.#registered.values()].sort((a, b) => (a.urn < b.urn ? -1 : 1));
  }

  override async registerResource(
    request: RegisterResourceRequest,
    callback: Callback<RegisterResourceResponse>,
  ): Promise<void> {
    await super.registerResource(request, (error: unknown, response: RegisterResourceResponse | undefined) => {
      if (response) this.#keep(request, response);
      callback(error, response);
    });
  }

  override registerResourceOutputs(request: RegisterResourceOutputsRequest, callback: Callback<object>): void {
    const resource = this.#registered.get(request.getUrn());
    if (resource) resource.outputs = propertiesOf(request.getOutputs());
    super.registerResourceOutputs(request, callback);
  }

  #keep(request: RegisterResourceRequest, response: RegisterResourceResponse): void {
    const urn = response.getUrn();
    if (this.#registered.has(urn)) throw new Error(`two resources have the URN ${urn}`);
    this.#registered.set(urn, {
      urn,
      type: request.getType(),
      name: request.getName(),
      parent: request.getParent() || null,
      custom: request.getCustom(),
      id: response.getId() || null,
      inputs: propertiesOf(request.getObject()),
      outputs: propertiesOf(response.getObject()),
      dependsOn: request.getDependenciesList().toSorted(),
      options: optionsOf(request),
    });
  }
}

function propertiesOf(struct: ReturnType<RegisterResourceRequest['getObject']>): Properties {
  return struct ? deserializeProperties(struct) : {};
}

function optionsOf(request: RegisterResourceRequest): ResourceOptions {
  const ignoreChanges = request.getIgnorechangesList();
  const timeouts = request.getCustomtimeouts();
  return {
    ...(request.getProtect() && { protect: true }),
    ...(ignoreChanges.length > 0 && { ignoreChanges }),
    ...(request.getDeletebeforereplace() && { deleteBeforeReplace: true }),
    ...(timeouts && { customTimeouts: timeoutsOf(timeouts) }),
  };
}

function timeoutsOf(timeouts: RegisterResourceRequest.CustomTimeouts): CustomTimeouts {
  const all = { create: timeouts.getCreate(), update: timeouts.getUpdate(), delete: timeouts.getDelete() };
  return Object.fromEntries(Object.entries(all).filter(([, duration]) => duration !== ''));
}
