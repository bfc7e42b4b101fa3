export { createServiceApp, type ServiceAppOptions } from './create-service-app.ts';
export { runProcess, type ProcessDefinition } from './run-process.ts';
export { runService, type ServiceContext, type ServiceDefinition } from './run-service.ts';
export { serviceSettings, type ServiceConfig } from './settings.ts';
