import { operation, type Operation } from '../protocol/service.ts';
import { optional, text } from '../protocol/shape.ts';
import { filtersBy, page, pageMembers, passes, resourceId } from './cloud-map-inputs.ts';
import { namespaceOutput, operationOutput, serviceOutput } from './cloud-map-outputs.ts';
import type { CloudMapRegistry } from './cloud-map-registry.ts';

/** The operations that read what the graph declares. */
export function catalogueOperations(registry: CloudMapRegistry): Record<string, Operation> {
  return {
    GetNamespace: operation(
      { Id: resourceId },
      ({ Id }) => ({ Namespace: namespaceOutput(registry, registry.getNamespace(Id)) }),
      ({ Id }) => registry.namespaces().find(({ id }) => id === Id)?.arn ?? Id,
    ),
    GetService: operation(
      { Id: resourceId },
      ({ Id }) => ({ Service: serviceOutput(registry, registry.getService(Id)) }),
      ({ Id }) => registry.services().find(({ id }) => id === Id)?.arn ?? Id,
    ),
    GetOperation: operation(
      { OperationId: text({ max: 255 }), OwnerAccount: optional(text({ min: 12, max: 12 })) },
      ({ OperationId }) => ({ Operation: operationOutput(registry.getOperation(OperationId)) }),
    ),
    ListNamespaces: listNamespaces(registry),
    ListServices: listServices(registry),
  };
}

function listNamespaces(registry: CloudMapRegistry): Operation {
  return operation(
    { ...pageMembers, Filters: filtersBy('TYPE', 'NAME', 'HTTP_NAME', 'RESOURCE_OWNER') },
    ({ Filters, ...request }) => {
      const found = registry
        .namespaces()
        .filter(({ type, name }) =>
          passes(Filters, { TYPE: [type], NAME: [name], HTTP_NAME: [name], RESOURCE_OWNER: ['SELF'] }),
        );
      const { items, next } = page(found, request);
      return { Namespaces: items.map((namespace) => namespaceOutput(registry, namespace)), ...next };
    },
  );
}

function listServices(registry: CloudMapRegistry): Operation {
  return operation(
    { ...pageMembers, Filters: filtersBy('NAMESPACE_ID', 'RESOURCE_OWNER') },
    ({ Filters, ...request }) => {
      const found = registry.services().filter(({ namespaceId }) => {
        const namespace = registry.getNamespace(namespaceId);
        return passes(Filters, { NAMESPACE_ID: [namespace.id, namespace.arn], RESOURCE_OWNER: ['SELF'] });
      });
      const { items, next } = page(found, request);
      return { Services: items.map((service) => serviceOutput(registry, service)), ...next };
    },
  );
}
