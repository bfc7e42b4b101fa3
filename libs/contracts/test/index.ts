export { checkAccess, type AccessOptions } from './check-access.ts';
export { fuzzApi, type FuzzOptions } from './fuzz-api.ts';
export { listAccess, type AccessCase, type Visitor } from './list-access.ts';
