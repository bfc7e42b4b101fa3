export { createServiceApp, type ServiceAppOptions } from './create-service-app.ts';
export { runEvery, type RepeatedWork } from './run-every.ts';
export { runService, type ServiceDefinition } from './run-service.ts';
export type { ServiceContext } from './service-context.ts';
