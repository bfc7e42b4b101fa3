// What any process of a service needs, without the HTTP server: a migration starts in half the time.
export { runProcess, type ProcessDefinition } from './run-process.ts';
export { serviceSettings, type ServiceConfig } from './settings.ts';
