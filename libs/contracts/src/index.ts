export {
  defineContract,
  type Audience,
  type Contract,
  type Handlers,
  type Reply,
  type RouteContract,
  type RouteInput,
} from './contract.ts';
export { createRouter, type RouterOptions } from './create-router.ts';
export { createDocumentationRouter } from './documentation.ts';
export { problemsOf, toOpenApi, type OpenApiDocument } from './open-api.ts';
export { integerParameter } from './parameters.ts';
