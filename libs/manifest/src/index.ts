export { FARGATE_SIZES, findSizeFault, type FargateSize } from './fargate-sizes.ts';
export { ManifestError, faultsOf, type Fault } from './fault.ts';
export { findFaults, loadServices } from './load-services.ts';
export {
  defineService,
  GENERATED_KINDS,
  nameOfSecret,
  serviceSchema,
  type GeneratedKind,
  type GeneratedSecret,
  type Scaling,
  type ServiceDeclaration,
} from './service-declaration.ts';
export { CONTAINER_PORT, limits, times } from './times.ts';
