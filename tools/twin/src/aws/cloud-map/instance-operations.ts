import { operation, type Operation } from '../protocol/service.ts';
import { list, oneOf, optional, text, textMap } from '../protocol/shape.ts';
import { instanceId, page, pageMembers, resourceId } from './cloud-map-inputs.ts';
import { ownerOf } from './cloud-map-outputs.ts';
import type { CloudMapRegistry } from './cloud-map-registry.ts';

/** The operations on the instances of one service. */
export function instanceOperations(registry: CloudMapRegistry): Record<string, Operation> {
  const serviceArn = ({ ServiceId }: { ServiceId: string }): string =>
    registry.services().find(({ id }) => id === ServiceId)?.arn ?? ServiceId;
  return {
    DeregisterInstance: operation(
      { ServiceId: resourceId, InstanceId: instanceId },
      ({ ServiceId, InstanceId }) => ({ OperationId: registry.deregister(ServiceId, InstanceId) }),
      serviceArn,
    ),
    GetInstance: operation(
      { ServiceId: resourceId, InstanceId: instanceId },
      ({ ServiceId, InstanceId }) => {
        const { id, attributes, creatorRequestId } = registry.getInstance(ServiceId, InstanceId);
        const ResourceOwner = ownerOf(registry.getService(ServiceId));
        return { ResourceOwner, Instance: { Id: id, Attributes: attributes, CreatorRequestId: creatorRequestId } };
      },
      serviceArn,
    ),
    UpdateInstanceCustomHealthStatus: operation(
      { ServiceId: resourceId, InstanceId: instanceId, Status: oneOf('HEALTHY', 'UNHEALTHY') },
      ({ ServiceId, InstanceId, Status }) => {
        registry.setHealth(ServiceId, InstanceId, Status);
        return {};
      },
      serviceArn,
    ),
    RegisterInstance: registerInstance(registry, serviceArn),
    ListInstances: listInstances(registry, serviceArn),
    GetInstancesHealthStatus: getInstancesHealthStatus(registry, serviceArn),
  };
}

type ResourceOf = (input: { ServiceId: string }) => string;

function registerInstance(registry: CloudMapRegistry, resourceOf: ResourceOf): Operation {
  return operation(
    {
      ServiceId: resourceId,
      InstanceId: text({ min: 1, max: 64, pattern: /^[0-9a-zA-Z_/:.@-]+$/ }),
      CreatorRequestId: optional(text({ max: 64 })),
      Attributes: textMap(),
    },
    ({ ServiceId, InstanceId, CreatorRequestId, Attributes }) => {
      const instance = { id: InstanceId, attributes: Attributes, creatorRequestId: CreatorRequestId };
      return { OperationId: registry.register(ServiceId, instance) };
    },
    resourceOf,
  );
}

function listInstances(registry: CloudMapRegistry, resourceOf: ResourceOf): Operation {
  return operation(
    { ServiceId: resourceId, ...pageMembers },
    ({ ServiceId, ...request }) => {
      const { items, next } = page(registry.instances(ServiceId), request);
      const Instances = items.map(({ id, attributes }) => ({ Id: id, Attributes: attributes }));
      return { ResourceOwner: ownerOf(registry.getService(ServiceId)), Instances, ...next };
    },
    resourceOf,
  );
}

function getInstancesHealthStatus(registry: CloudMapRegistry, resourceOf: ResourceOf): Operation {
  return operation(
    { ServiceId: resourceId, Instances: optional(list(text({ max: 64 }), { min: 1 })), ...pageMembers },
    ({ ServiceId, Instances, ...request }) => {
      const ids = Instances ?? registry.instances(ServiceId).map(({ id }) => id);
      const { items, next } = page(ids, request);
      return { Status: Object.fromEntries(items.map((id) => [id, registry.healthOf(ServiceId, id)])), ...next };
    },
    resourceOf,
  );
}
