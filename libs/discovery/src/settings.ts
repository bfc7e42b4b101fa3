import { oneOf, text, textMap, type Config } from '@fairlead/config';

/** How a service finds the others. */
export const discoverySettings = {
  discovery: oneOf('DISCOVERY', 'Where the instances of other services are found: in Cloud Map, or in a setting.', {
    values: ['cloudmap', 'static'],
    default: 'cloudmap',
  }),
  discoveryNamespace: text('DISCOVERY_NAMESPACE', 'The namespace of Cloud Map; required with `cloudmap`.', {
    default: '',
  }),
  discoveryInstances: textMap(
    'DISCOVERY_INSTANCES',
    'With `static`, the instances of each service: {"users":"host:port,host:port"}.',
  ),
  awsEndpointUrl: text('AWS_ENDPOINT_URL', 'What answers in place of AWS; the AWS SDK reads it as well.', {
    default: '',
  }),
  taskMetadataUri: text('ECS_CONTAINER_METADATA_URI_V4', 'Where ECS tells a task of itself; set by ECS.', {
    default: '',
  }),
} as const;

export type DiscoveryConfig = Config<typeof discoverySettings>;
