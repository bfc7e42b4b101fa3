export { createServiceApp, type ServiceAppOptions } from './create-service-app.ts';
export { runService, type ServiceContext, type ServiceDefinition } from './run-service.ts';
