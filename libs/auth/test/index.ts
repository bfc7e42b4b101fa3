export { createTestAccess, testUsers, type TestAccess, type TestAccessOptions } from './create-test-access.ts';
export { createTestKey, type TestKey } from './test-keys.ts';
export { createTestSecret, type TestSecret } from './test-secret.ts';
export { createVisitors } from './create-visitors.ts';
