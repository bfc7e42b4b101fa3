import { catalogueOperations } from './cloud-map/catalogue-operations.ts';
import type { CloudMapRegistry } from './cloud-map/cloud-map-registry.ts';
import { discoveryOperations } from './cloud-map/discovery-operations.ts';
import { instanceOperations } from './cloud-map/instance-operations.ts';
import { AwsError } from './protocol/aws-error.ts';
import type { AwsService } from './protocol/service.ts';

/** AWS Cloud Map over a registry, for the endpoint to serve. */
export function cloudMap(registry: CloudMapRegistry): AwsService {
  return {
    title: 'Cloud Map',
    signingName: 'servicediscovery',
    targetPrefix: 'Route53AutoNaming_v20170314',
    operations: {
      ...catalogueOperations(registry),
      ...discoveryOperations(registry),
      ...instanceOperations(registry),
    },
    invalid: (message) => new AwsError('InvalidInput', message),
  };
}
