export {
  AUDIENCES,
  defineContract,
  type Audience,
  type Caller,
  type Callers,
  type Contract,
  type Handlers,
  type Reply,
  type RouteContract,
  type RouteInput,
  type ServiceCaller,
  type UserCaller,
} from './contract.ts';
export { createRouter, type Authorize, type RouterOptions } from './create-router.ts';
export { cursor, toPage } from './cursor.ts';
export { createDocumentationRouter } from './documentation.ts';
export { problemsOf, toOpenApi, type OpenApiDocument } from './open-api.ts';
export { integerParameter } from './parameters.ts';
